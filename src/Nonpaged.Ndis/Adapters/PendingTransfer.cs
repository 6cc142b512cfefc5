using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>A MiniportTransferData whose end the protocol has not seen.</summary>
internal sealed unsafe class PendingTransfer(Binding binding)
{
    /// <summary>
    /// BytesTransferred. A driver may write there until it completes a transfer that pends (MiniportTransferData, NDIS 5.1).
    /// </summary>
    public uint* Bytes { get; } = (uint*)NativeMemory.AllocZeroed(1, sizeof(uint));

    public void Complete(nint packet, NDIS_STATUS status, uint bytes)
    {
        NativeMemory.Free(Bytes);
        binding.TransferDataComplete(packet, status, bytes);
    }

    /// <summary>It did not pend.</summary>
    public void Cancel()
    {
        NativeMemory.Free(Bytes);
        binding.EndTransfer();
    }
}
