using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>A spin lock in a driver's context.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NDIS_SPIN_LOCK
{
    // 0: free; else the managed id of the thread that holds it, so that a second acquire by the same
    // thread is a report and not a hang.
    internal long SpinLock;
    internal byte OldIrql;
}
