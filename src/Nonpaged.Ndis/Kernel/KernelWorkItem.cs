namespace Nonpaged.Ndis;

/// <summary>What IoAllocateWorkItem gave.</summary>
internal sealed class KernelWorkItem(Driver owner, nint device)
{
    private int _queued;

    public Driver Owner { get; } = owner;

    /// <summary>The device object that its function gets.</summary>
    public nint Device { get; } = device;

    public NDIS_HANDLE Handle { get; set; }

    /// <summary>It waits for its function to run.</summary>
    public bool IsQueued => Volatile.Read(ref _queued) != 0;

    /// <summary>False where it is queued already.</summary>
    public bool TryQueue() => Interlocked.Exchange(ref _queued, 1) == 0;

    /// <summary>Its function runs: it may be queued again.</summary>
    public void Begin() => Volatile.Write(ref _queued, 0);
}
