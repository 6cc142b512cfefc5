using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// The storage that a miniport gives NdisMInitializeTimer, in its adapter context. Opaque; as large as the C structure.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 160)]
public struct NDIS_MINIPORT_TIMER
{
    internal NDIS_HANDLE TimerObject;
}
