using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>An event in a driver's storage: signalled or not. As large as the C structure.</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
public struct NDIS_EVENT
{
    internal long Signalled;
}
