using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>What each object begins with that a thread can wait for. In a driver's memory; as the C structure.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DISPATCHER_HEADER
{
    public const byte NotificationEvent = 0;
    public const byte SynchronizationEvent = 1;
    public const byte Mutant = 2;
    public const byte Semaphore = 5;
    public const byte Thread = 6;
    public const byte NotificationTimer = 8;
    public const byte SynchronizationTimer = 9;

    public byte Type;
    public byte Absolute;

    /// <summary>The object's size in units of 4 bytes.</summary>
    public byte Size;
    public byte Inserted;
    public int SignalState;
    public nint WaitListFlink;
    public nint WaitListBlink;

    /// <summary>The object is of this size: it was initialized.</summary>
    public readonly bool IsOf(int bytes) => Size == bytes / sizeof(int);
}
