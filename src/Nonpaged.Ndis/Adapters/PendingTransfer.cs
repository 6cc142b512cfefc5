using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>A MiniportTransferData whose end the protocol has not seen.</summary>
internal sealed unsafe class PendingTransfer(Binding binding)
{
    // That the miniport's function returns, and that it or the transfer ends, which may come first.
    private int _ends = 2;

    /// <summary>
    /// BytesTransferred. A driver may write there until it has completed the transfer, and its function has returned
    /// (MiniportTransferData, NDIS 5.1).
    /// </summary>
    public uint* Bytes { get; } = (uint*)NativeMemory.AllocZeroed(1, sizeof(uint));

    public void Complete(nint packet, NDIS_STATUS status, uint bytes)
    {
        binding.TransferDataComplete(packet, status, bytes);
        Release();
    }

    /// <summary>It did not pend.</summary>
    public void Cancel()
    {
        binding.EndTransfer();
        Release();
    }

    /// <summary>One of the two ends.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _ends) == 0) NativeMemory.Free(Bytes);
    }
}
