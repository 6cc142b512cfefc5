using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// The IRPs in flight, of all instances: a driver names an IRP by its address alone, on any thread. Memory of IRPs that are done
/// is set aside for a while, so that one that a driver completes twice is seen as that, and not taken for another. Thread-safe.
/// </summary>
internal static unsafe class IrpTable
{
    private const int MostSetAside = 1024;

    private static readonly ConcurrentDictionary<nint, IoPacket> s_packets = new();
    private static readonly ConcurrentQueue<nint> s_setAside = new();

    public static void Add(IoPacket packet) => s_packets[(nint)packet.Irp] = packet;

    /// <summary>What an IRP is; null where it is none, or was completed or freed.</summary>
    public static IoPacket? Find(IRP* irp) => s_packets.GetValueOrDefault((nint)irp);

    public static void Remove(IRP* irp) => s_packets.TryRemove((nint)irp, out _);

    public static IEnumerable<IoPacket> Of(NdisInstance instance, Driver driver) => s_packets.Values
        .Where(packet => ReferenceEquals(packet.Instance, instance) && ReferenceEquals(packet.Owner, driver));

    public static void SetAside(IRP* irp)
    {
        s_setAside.Enqueue((nint)irp);
        if (s_setAside.Count > MostSetAside && s_setAside.TryDequeue(out nint oldest)) NativeMemory.Free((void*)oldest);
    }
}
