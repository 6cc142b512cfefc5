using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Native;

/// <summary>
/// What a C driver does at this moment on one thread, in memory that the process that watches it reads when it has crashed.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal unsafe struct CallRecord
{
    public const int NameRoom = 64;

    public fixed byte Driver[NameRoom];
    public fixed byte Call[NameRoom];
    public fixed byte Function[NameRoom];

    /// <summary>The kernel's number of the thread (gettid(2)); 0 where none has the record.</summary>
    public int ThreadId;
    public uint Irql;

    /// <summary>1 while the call has not returned.</summary>
    public uint InCall;
}
