using System.Runtime.CompilerServices;
using Nonpaged.Machines;

namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>Reads 8 bits from a port; all ones where this driver has not registered it, or the hardware is gone.</summary>
    public static void NdisRawReadPortUchar(void* Port, out byte Data) =>
        Data = Ports(Port, sizeof(byte)) is { } ports ? ports.ReadByte((ushort)(nint)Port) : byte.MaxValue;

    /// <summary>Reads 16 bits from a port; all ones where this driver has not registered it, or the hardware is gone.</summary>
    public static void NdisRawReadPortUshort(void* Port, out ushort Data) =>
        Data = Ports(Port, sizeof(ushort)) is { } ports ? ports.ReadUInt16((ushort)(nint)Port) : ushort.MaxValue;

    /// <summary>Reads 32 bits from a port; all ones where this driver has not registered it, or the hardware is gone.</summary>
    public static void NdisRawReadPortUlong(void* Port, out uint Data) =>
        Data = Ports(Port, sizeof(uint)) is { } ports ? ports.ReadUInt32((ushort)(nint)Port) : uint.MaxValue;

    /// <summary>
    /// Writes 8 bits to a port, after all earlier writes to memory. The device has acted when it
    /// returns, as far as that can be seen.
    /// </summary>
    public static void NdisRawWritePortUchar(void* Port, byte Data) =>
        Ports(Port, sizeof(byte))?.WriteByte((ushort)(nint)Port, Data);

    /// <summary>
    /// Writes 16 bits to a port, after all earlier writes to memory. The device has acted when it
    /// returns, as far as that can be seen.
    /// </summary>
    public static void NdisRawWritePortUshort(void* Port, ushort Data) =>
        Ports(Port, sizeof(ushort))?.WriteUInt16((ushort)(nint)Port, Data);

    /// <summary>
    /// Writes 32 bits to a port, after all earlier writes to memory. The device has acted when it
    /// returns, as far as that can be seen.
    /// </summary>
    public static void NdisRawWritePortUlong(void* Port, uint Data)
    {
        NoteWritten(Data);
        Ports(Port, sizeof(uint))?.WriteUInt32((ushort)(nint)Port, Data);
    }

    private static PortSpace? Ports(void* port, int width, [CallerMemberName] string call = "")
    {
        CallContext context = CallContext.Current;
        Adapter? adapter = context.Instance.PortRegistry.Find(context.Driver, (nint)port, width);
        if (adapter is null)
        {
            // The bus does not know what was registered, and some drivers look for their card before they register its ports.
            bool isOwn = context is { Initializing: true, Adapter: { } own }
                && own.Resources.OwnsPorts((uint)(nint)port, (uint)width);
            context.ReportOnce(
                call, isOwn
                    ? "A port of the device was used before it was registered (NdisMRegisterIoPortRange)."
                    : $"Port 0x{(nint)port:x} is not one that the driver has registered.");
            if (!isOwn) return null;
            adapter = context.Adapter!;
        }

        if (adapter.Machine.Gone.IsCompleted) return null;
        return adapter.Bus.MayWriteMemory ? adapter.Machine.Ports : adapter.Machine.Ports.Posted;
    }
}
