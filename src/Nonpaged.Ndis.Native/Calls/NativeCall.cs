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

    /// <summary>Traces arguments and results, where calls are traced. Written as $"Length={Length} = {status}".</summary>
    public void Trace(ref TraceArguments arguments)
    {
        if (CallTrace.IsOn) CallTrace.Write(_name, arguments.Values);
    }

#pragma warning disable CA1822 // "using" needs an instance.
    public void Dispose() => CurrentCall.End();
#pragma warning restore CA1822
}
