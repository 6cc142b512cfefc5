using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>IO_STATUS_BLOCK of ntio.h: how a request ended.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IO_STATUS_BLOCK
{
    public NTSTATUS Status;
    public uint StatusPadding;
    public nuint Information;
}
