using Nonpaged.Machines;

namespace MiniportSample;

/// <summary>
/// A network card whose cable leads back into it, by its ports of 32 bits. It reads and writes RAM by itself, at the physical
/// addresses that its driver gives it.
/// </summary>
/// <param name="machine">Whose RAM it is.</param>
internal sealed class LoopCard(LoopMachine machine) : PortSpace
{
    /// <summary>The physical addresses of the frame to be sent, and of the room for the received one.</summary>
    public const ushort TransmitAddress = 0x300, ReceiveAddress = 0x304;

    /// <summary>The length in bytes of the frame to be sent: a write sends it.</summary>
    public const ushort TransmitLength = 0x308;

    /// <summary>
    /// The length in bytes of the frame that was received, 0 where none was. A read resets it, and lowers the interrupt.
    /// </summary>
    public const ushort ReceiveLength = 0x30c;

    private readonly Lock _gate = new();
    private readonly InterruptLevel _line = new();
    private uint _transmitAddress;
    private uint _receiveAddress;
    private uint _receiveLength;

    public InterruptLine Line => _line;

    public override uint ReadUInt32(ushort port)
    {
        if (port != ReceiveLength) return uint.MaxValue;
        lock (_gate)
        {
            _line.Lower();
            return Interlocked.Exchange(ref _receiveLength, 0);
        }
    }

    public override void WriteUInt32(ushort port, uint value)
    {
        lock (_gate)
        {
            switch (port)
            {
                case TransmitAddress: _transmitAddress = value; break;
                case ReceiveAddress: _receiveAddress = value; break;
                case TransmitLength:
                    machine.Ram(_transmitAddress, value).CopyTo(machine.Ram(_receiveAddress, value));
                    _receiveLength = value;
                    _line.Raise();
                    break;
            }
        }
    }

    // Nothing answers to other widths.
    public override byte ReadByte(ushort port) => byte.MaxValue;

    public override ushort ReadUInt16(ushort port) => ushort.MaxValue;

    public override void WriteByte(ushort port, byte value)
    {
    }

    public override void WriteUInt16(ushort port, ushort value)
    {
    }

    private sealed class InterruptLevel : InterruptLine
    {
        private volatile bool _isRaised;

        public override event Action? Raised;

        public override uint Vector => LoopMachine.Interrupt;

        public override bool IsRaised => _isRaised;

        public void Raise()
        {
            _isRaised = true;
            Raised?.Invoke();
        }

        public void Lower() => _isRaised = false;
    }
}
