namespace Nonpaged.Ndis;

/// <summary>
/// The buffers of one request, in the instance's memory: a system buffer, a descriptor (MDL) or bare addresses, as the device's
/// flags or the control code demand. By one thread at a time.
/// </summary>
internal sealed unsafe class IoBuffers(NonpagedPool pool, NDIS_BUFFER* descriptor)
{
    private const uint MethodBits = 3;
    private const uint MethodBuffered = 0;
    private const uint MethodNeither = 3;
    private const short MappedAndLocked = 0x0003;

    private MemoryBlock? _first;
    private MemoryBlock? _second;
    private void* _output;

    public IrpMajor Major { get; private set; }

    /// <summary>It moves data: to open and to close a device does not.</summary>
    public bool IsTransfer => Major is IrpMajor.Read or IrpMajor.Write or IrpMajor.DeviceControl;

    /// <summary>How many bytes the request may transfer: what Information may be.</summary>
    public uint Room { get; private set; }

    /// <summary>What the driver wrote for the program, once it has completed the request.</summary>
    public ReadOnlySpan<byte> Output(nuint information) =>
        _output is null ? [] : new ReadOnlySpan<byte>(_output, (int)Math.Min(information, Room));

    /// <summary>The memory that is taken, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes the memory, and fills in what the first driver sees. False where there is too little memory.</summary>
    public bool TryPrepare(IRP* irp, DEVICE_OBJECT* device, in IoTransfer transfer)
    {
        IO_STACK_LOCATION* next = Next(irp, transfer.Major);
        Room = transfer.Output;
        if (transfer.Major == IrpMajor.DeviceControl) return TryControl(irp, next, transfer);
        bool isRead = transfer.Major == IrpMajor.Read;
        uint length = isRead ? transfer.Output : (uint)transfer.Input.Length;
        (next->Length, next->ByteOffset, Room) = (length, (long)transfer.Offset, length);
        if (length == 0) return true;
        if (!TryTake(length, transfer.Input, out _first)) return false;
        void* address = irp->UserBuffer = _first!.Address;
        if (isRead) _output = address;
        if ((device->Flags & DEVICE_OBJECT.DO_BUFFERED_IO) != 0) irp->SystemBuffer = address;
        else if ((device->Flags & DEVICE_OBJECT.DO_DIRECT_IO) != 0) irp->MdlAddress = Describe(address, length);
        return true;
    }

    public void Free()
    {
        _first?.Dispose();
        _second?.Dispose();
        (_first, _second) = (null, null);
        _output = null;
    }

    /// <summary>The stack location that the first driver sees, for a request of this kind.</summary>
    public IO_STACK_LOCATION* Next(IRP* irp, IrpMajor major)
    {
        Major = major;
        IO_STACK_LOCATION* next = irp->CurrentStackLocation - 1;
        next->MajorFunction = (byte)major;
        return next;
    }

    private bool TryControl(IRP* irp, IO_STACK_LOCATION* next, in IoTransfer transfer)
    {
        (uint input, uint output) = ((uint)transfer.Input.Length, transfer.Output);
        (next->IoControlCode, next->InputBufferLength, next->OutputBufferLength) = (transfer.Code, input, output);
        uint method = transfer.Code & MethodBits;
        // Buffered: one buffer, for what comes in and then for what goes out.
        uint first = method == MethodBuffered ? Math.Max(input, output) : input;
        if (first > 0 && !TryTake(first, transfer.Input, out _first)) return false;
        void* address = _first is null ? null : _first.Address;
        if (method == MethodBuffered)
        {
            irp->SystemBuffer = irp->UserBuffer = address;
            _output = output > 0 ? address : null;
            return true;
        }

        if (output > 0 && !TryTake(output, transfer.Given, out _second)) return false;
        irp->UserBuffer = _output = _second is null ? null : _second.Address;
        if (method == MethodNeither) next->Type3InputBuffer = address;
        else irp->SystemBuffer = address;
        if (method != MethodNeither && _second is not null) irp->MdlAddress = Describe(_output, output);
        return true;
    }

    private NDIS_BUFFER* Describe(void* address, uint length)
    {
        *descriptor = default;
        descriptor->Size = (short)sizeof(NDIS_BUFFER);
        descriptor->MdlFlags = MappedAndLocked;
        descriptor->MappedSystemVa = address;
        descriptor->ByteOffset = (uint)((nuint)address & (Page.Size - 1));
        descriptor->StartVa = (byte*)address - descriptor->ByteOffset;
        descriptor->ByteCount = length;
        return descriptor;
    }

    // What the program does not fill is 0: a driver that gives back more than it wrote gives away nothing of others.
    private bool TryTake(uint length, ReadOnlySpan<byte> content, out MemoryBlock? block)
    {
        if (!pool.TryAllocate(new MemoryRequest(length), out block, out _)) return false;
        Bytes += length;
        var memory = new Span<byte>(block.Address, (int)length);
        int filled = Math.Min(content.Length, memory.Length);
        content[..filled].CopyTo(memory);
        memory[filled..].Clear();
        return true;
    }
}
