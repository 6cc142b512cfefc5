using System.Buffers.Binary;
using Nonpaged.Machines;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Drivers.Tests.Dma;

/// <summary>
/// QEMU's rtl8139 with its transmitter looped back to its receiver, driven by hand: what it writes into the receive ring by DMA
/// is known to the byte, and no network takes part. Registers: RTL8139(A) data sheet, section 6.
/// </summary>
internal sealed unsafe class LoopbackCard : IDisposable
{
    private const uint Tsd0 = 0x10, Tsad0 = 0x20, RbStart = 0x30, Cr = 0x37, Capr = 0x38, Tcr = 0x40, Rcr = 0x44;
    private const uint Descriptors = 4;
    private const byte ReceiverAndTransmitterEnabled = 0x0c, BufferEmpty = 0x01;
    private const int HeaderLength = 4, ChecksumLength = 4;

    private readonly RegisterWindow _registers;
    private readonly byte* _ring;
    private readonly byte* _frame;
    private readonly int _ringLength;
    private int _read;
    private uint _sent;

    /// <param name="machine">A machine with an rtl8139.</param>
    /// <param name="ring">The receive ring, as the program sees it.</param>
    /// <param name="ringPhysical">Where the card is told that it is.</param>
    /// <param name="size">The size as RBLEN writes it: 0 for 8 KiB, 1 for 16, 2 for 32, each with 16 bytes more.</param>
    /// <param name="frame">A page for the frame to send.</param>
    /// <param name="framePhysical">Where the card is told that it is.</param>
    public LoopbackCard(
        QemuMachine machine, void* ring, PhysicalAddress ringPhysical, int size, void* frame, PhysicalAddress framePhysical)
    {
        _ring = (byte*)ring;
        _frame = (byte*)frame;
        _ringLength = 8192 << size;
        PciBar bar = machine.Nic.Bars.First(bar => !bar.IsPort);
        _registers = machine.MapRegisters(new PhysicalAddress(bar.Start), bar.Length);
        machine.Nic.WriteConfiguration(4, [7, 0]);
        _registers.WriteUInt32(RbStart, (uint)ringPhysical.Value);
        _registers.WriteByte(Cr, ReceiverAndTransmitterEnabled);
        _registers.WriteUInt32(Tcr, 3u << 17);
        _registers.WriteUInt32(Rcr, 0x0f | ((uint)size << 11));
        for (uint descriptor = 0; descriptor < Descriptors; descriptor++)
            _registers.WriteUInt32(Tsad0 + descriptor * 4, (uint)framePhysical.Value);
    }

    public void Send(ReadOnlySpan<byte> frame)
    {
        frame.CopyTo(new Span<byte>(_frame, frame.Length));
        // The card takes its four transmit descriptors in turn.
        uint status = Tsd0 + (_sent++ % Descriptors * 4);
        _registers.WriteUInt32(status, (uint)frame.Length);
        _registers.ReadUInt32(status);
    }

    /// <summary>The card says that it has written a frame, and the next one in the ring is this one.</summary>
    public bool Receives(ReadOnlySpan<byte> frame)
    {
        if ((_registers.ReadByte(Cr) & BufferEmpty) != 0) return false;
        Span<byte> packet = new byte[HeaderLength + frame.Length];
        for (int i = 0; i < packet.Length; i++) packet[i] = _ring[(_read + i) % _ringLength];
        bool isReceived = (packet[0] & 1) != 0
            && BinaryPrimitives.ReadUInt16LittleEndian(packet[2..]) == frame.Length + ChecksumLength;
        _read = ((_read + HeaderLength + frame.Length + ChecksumLength + 3) & ~3) % _ringLength;
        _registers.WriteUInt16(Capr, (ushort)(_read - 16));
        return isReceived && packet[HeaderLength..].SequenceEqual(frame);
    }

    /// <summary>Sends numbered frames, and counts those that arrive unharmed.</summary>
    public int Exchange(int count, int length)
    {
        int good = 0;
        for (int number = 0; number < count; number++)
        {
            byte[] frame = new byte[length];
            for (int i = 0; i < length; i++) frame[i] = (byte)((i * 31) + number + 1);
            Send(frame);
            if (Receives(frame)) good++;
        }

        return good;
    }

    public void Dispose() => _registers.WriteByte(Cr, 0);
}
