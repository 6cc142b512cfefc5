using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>The storage that a driver gives NdisInitializeTimer. Opaque; as large as the C structure.</summary>
[StructLayout(LayoutKind.Sequential, Size = 160)]
public struct NDIS_TIMER
{
    internal NDIS_HANDLE TimerObject;
}
