namespace Nonpaged.Ndis.Native;

/// <summary>One call that C makes, from its entry to its return.</summary>
internal readonly ref struct NativeCall
{
    private readonly string _name;

    private NativeCall(string name) => _name = name;

    public static NativeCall Enter(string name)
    {
        CurrentCall.Begin(name);
        return new NativeCall(name);
    }

    /// <summary>
    /// Reports an exception that a memory call answers with its failure: no C program could handle it. Never throws.
    /// </summary>
    public static void Fail(string name, Exception exception)
    {
        try
        {
            Exception cause = exception is TypeInitializationException { InnerException: { } inner } ? inner : exception;
            AllocationFailure failure = cause switch
            {
                AllocationException refused => refused.Failure,
                OutOfMemoryException => new(
                    FailureKind.OutOfMemory, "The process has no memory for the library's own records.",
                    "the process's memory and mappings (RLIMIT_AS, vm.max_map_count)", "nonpaged doctor"),
                _ => new(
                    FailureKind.Other, $"{cause.GetType().Name}: {cause.Message}", "unknown: this is a fault of the library",
                    "report it"),
            };
            ProgramMessages.Take(NdisMessage.Of(CallContext.CurrentDriver, name, failure));
            ProgramMessages.Tell();
        }
        catch (Exception)
        {
            // There is no memory to say so.
        }
    }

    /// <summary>Traces arguments and results, where calls are traced. Written as $"Length={Length} = {status}".</summary>
    public void Trace(ref TraceArguments arguments)
    {
        if (CallTrace.IsOn) CallTrace.Write(_name, arguments.Values);
    }

#pragma warning disable CA1822 // "using" needs an instance.
    public void Dispose()
    {
        ProgramMessages.Tell();
        CurrentCall.End(!ThreadOrder.IsWatched || ThreadOrder.Orders(_name));
    }
#pragma warning restore CA1822
}
