namespace Nonpaged.Ndis;

/// <summary>
/// The memory functions of Windows CE's coredll that drivers call beside NDIS. Names, parameters and meaning are those of the
/// documents. All memory is resident. They act for the driver in whose handler the calling thread is, as
/// <see cref="NdisLibrary"/> does. Thread-safe.
/// </summary>
public static unsafe partial class CoreDll
{
    [ThreadStatic]
    private static Win32Error t_lastError;

    /// <summary>
    /// Why the calling thread's last failing call of this class failed. A call that succeeds leaves it as it is.
    /// </summary>
    public static Win32Error GetLastError() => t_lastError;

    /// <summary>Notes the error of a call, and logs why it failed.</summary>
    private static void Fail(CallContext context, string call, Win32Error error, string reason)
    {
        t_lastError = error;
        context.Instance.Tell(NdisMessage.Of(context.Driver, call, error, reason));
    }

    /// <summary>Lets an allocating call fail: noted, logged, and kept in the journal.</summary>
    private static void* Refuse(CallContext context, NdisAllocation allocation, Win32Error error, AllocationFailure failure)
    {
        t_lastError = error;
        context.Instance.Memory.Refuse(allocation, failure);
        return null;
    }

    private static MemoryBlock? Allocate(CallContext context, NdisAllocation allocation, MemoryRequest request)
    {
        MemoryBlock? block = context.Instance.Memory.Allocate(allocation, request);
        if (block is null) t_lastError = Win32Error.ERROR_NOT_ENOUGH_MEMORY;
        return block;
    }
}
