using Nonpaged.Machines;

namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>Reads an 8-bit register; all ones where it is not mapped by this driver, or the hardware is gone.</summary>
    public static void NdisReadRegisterUchar(byte* Register, out byte Data) =>
        Data = Window(Register, sizeof(byte), out uint offset) is { } window ? window.ReadByte(offset) : byte.MaxValue;

    /// <summary>Reads a 16-bit register; all ones where it is not mapped by this driver, or the hardware is gone.</summary>
    public static void NdisReadRegisterUshort(ushort* Register, out ushort Data) =>
        Data = Window(Register, sizeof(ushort), out uint offset) is { } window ? window.ReadUInt16(offset) : ushort.MaxValue;

    /// <summary>Reads a 32-bit register; all ones where it is not mapped by this driver, or the hardware is gone.</summary>
    public static void NdisReadRegisterUlong(uint* Register, out uint Data) =>
        Data = Window(Register, sizeof(uint), out uint offset) is { } window ? window.ReadUInt32(offset) : uint.MaxValue;

    /// <summary>Writes an 8-bit register, after all earlier writes to memory.</summary>
    public static void NdisWriteRegisterUchar(byte* Register, byte Data) =>
        Window(Register, sizeof(byte), out uint offset)?.WriteByte(offset, Data);

    /// <summary>Writes a 16-bit register, after all earlier writes to memory.</summary>
    public static void NdisWriteRegisterUshort(ushort* Register, ushort Data) =>
        Window(Register, sizeof(ushort), out uint offset)?.WriteUInt16(offset, Data);

    /// <summary>Writes a 32-bit register, after all earlier writes to memory.</summary>
    public static void NdisWriteRegisterUlong(uint* Register, uint Data)
    {
        NoteWritten(Data);
        Window(Register, sizeof(uint), out uint offset)?.WriteUInt32(offset, Data);
    }

    /// <summary>A driver that is verified may give its device an address so.</summary>
    private static void NoteWritten(uint data) => CallContext.Current.Instance.Options.Verification?.DeviceWritten?.Invoke(data);

    private static RegisterWindow? Window(
        void* register, uint width, out uint offset, [System.Runtime.CompilerServices.CallerMemberName] string call = "")
    {
        CallContext context = CallContext.Current;
        IoSpace? space = context.Instance.IoSpaces.Find((nuint)register, out offset);
        if (space is null || space.Adapter.Driver != context.Driver || offset % width != 0
            || offset > space.Window.Length - width)
        {
            context.ReportOnce(
                call, $"0x{(nuint)register:x} is not a register that the driver has mapped, or is not aligned to {width} bytes.");
            return null;
        }

        return space.Adapter.Machine.Gone.IsCompleted ? null : space.Window;
    }
}
