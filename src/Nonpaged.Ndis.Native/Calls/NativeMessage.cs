using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>NONPAGED_MESSAGE of ndismem.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMessage
{
    public const uint Failure = 1;
    public const uint Report = 2;

    public uint Size;
    public uint Type;
    public byte* Kind;
    public byte* Call;
    public byte* Reason;
    public byte* Limit;
    public byte* Remedy;
    public ulong Count;
    public int Errno;
}
