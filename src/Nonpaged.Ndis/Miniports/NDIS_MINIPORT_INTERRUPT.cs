using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// The storage that a miniport gives NdisMRegisterInterrupt, in its adapter context. Opaque; as large as the C structure on LP64,
/// so that a driver's context has the size it has with the original headers.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 160)]
public struct NDIS_MINIPORT_INTERRUPT
{
    internal NDIS_HANDLE InterruptObject;
}
