using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// A device that one program has open: its FILE_OBJECT, and the requests that are outstanding. Requests begin on one thread; they
/// complete, and are cancelled, on any.
/// </summary>
internal sealed unsafe class OpenFile
{
    private readonly object _gate = new();
    private readonly Dictionary<ulong, IoPacket> _outstanding = [];
    private readonly DeviceEntry _device;
    private readonly Action<IoPacket> _completed;
    private readonly FILE_OBJECT* _object;
    private long _bytes;

    private OpenFile(DeviceEntry device, string rest, Action<IoPacket> completed)
    {
        _device = device;
        _completed = completed;
        device.Instance.Devices.CountFile(1);
        nuint size = (nuint)(sizeof(FILE_OBJECT) + (rest.Length * sizeof(char)));
        _object = (FILE_OBJECT*)NativeMemory.AllocZeroed(size);
        _object->Type = FILE_OBJECT.IO_TYPE_FILE;
        _object->Size = (short)sizeof(FILE_OBJECT);
        _object->DeviceObject = device.Object;
        (_object->ReadAccess, _object->WriteAccess) = (1, 1);
        char* name = (char*)(_object + 1);
        rest.CopyTo(new Span<char>(name, rest.Length));
        _object->FileName = new NDIS_STRING(name, rest.Length);
    }

    /// <summary>The most bytes of one request, each way.</summary>
    public const uint LongestTransfer = 1 << 20;

    /// <summary>How many requests may be outstanding.</summary>
    public const int MostOutstanding = 4096;

    private const long MostBytes = 64 << 20;

    public int Outstanding
    {
        get
        {
            lock (_gate) return _outstanding.Count;
        }
    }

    /// <summary>Opens a device by any of its names, and asks its driver (IRP_MJ_CREATE).</summary>
    /// <param name="devices">Those that there are.</param>
    /// <param name="name">Of the device or of a link to it.</param>
    /// <param name="completed">Called with each request that is done, on the thread that completes it.</param>
    /// <param name="file">The open device; null where the status is an error.</param>
    public static NTSTATUS Open(
        DeviceTable devices, string name, Action<IoPacket> completed, out OpenFile? file)
    {
        file = null;
        if (devices.Resolve(name, out string rest) is not { } device) return STATUS_OBJECT_NAME_NOT_FOUND;
        if ((device.Object->Flags & DEVICE_OBJECT.DO_DEVICE_INITIALIZING) != 0)
        {
            device.Instance.Report(
                NdisReportKind.BrokenRule, device.Call, device.Driver,
                $"{device} cannot be opened: its driver has not cleared DO_DEVICE_INITIALIZING in its Flags.");
            return STATUS_NO_SUCH_DEVICE;
        }

        if (device.Open() is var denied and not STATUS_SUCCESS) return denied;
        file = new OpenFile(device, rest, completed);
        NTSTATUS status = file.Ask(IrpMajor.Create);
        if ((int)status >= 0) return status;
        file.Forget();
        file = null;
        return status;
    }

    /// <summary>Hands a request to the driver. False where one with its id is outstanding.</summary>
    public bool TryBegin(in IoTransfer transfer)
    {
        IoPacket packet = Make(transfer.Id);
        NTSTATUS refused = STATUS_SUCCESS;
        lock (_gate)
        {
            if (!_outstanding.TryAdd(transfer.Id, packet))
            {
                packet.Discard();
                return false;
            }

            if (_outstanding.Count > MostOutstanding || _bytes > MostBytes) refused = STATUS_INSUFFICIENT_RESOURCES;
        }

        DeviceEntry top = DeviceTable.TopOf(_device);
        if (transfer.Input.Length > LongestTransfer || transfer.Output > LongestTransfer) refused = STATUS_INVALID_BUFFER_SIZE;
        else if (top.IsGone) refused = STATUS_DEVICE_REMOVED;
        else if (refused == STATUS_SUCCESS && !packet.Buffers.TryPrepare(packet.Irp, top.Object, transfer))
            refused = STATUS_INSUFFICIENT_RESOURCES;
        Interlocked.Add(ref _bytes, packet.Buffers.Bytes);
        Send(packet, top, refused);
        return true;
    }

    /// <summary>Cancels a request, where it is still outstanding.</summary>
    public void Cancel(ulong id)
    {
        IoPacket? packet;
        lock (_gate) packet = _outstanding.GetValueOrDefault(id);
        packet?.Cancel();
    }

    /// <summary>
    /// The program has ended: IRP_MJ_CLEANUP, a cancel of all that is outstanding, and, when the driver has completed that,
    /// IRP_MJ_CLOSE.
    /// </summary>
    public void Close()
    {
        Ask(IrpMajor.Cleanup);
        IoPacket[] left;
        lock (_gate) left = [.. _outstanding.Values];
        foreach (IoPacket packet in left) packet.Cancel();
        // The unload of the driver takes back what it does not complete.
        lock (_gate)
        {
            while (_outstanding.Count > 0) Monitor.Wait(_gate);
        }

        Ask(IrpMajor.Close);
        Forget();
    }

    private IoPacket Make(ulong id)
    {
        DeviceEntry top = DeviceTable.TopOf(_device);
        var packet = new IoPacket(_device.Instance, _device.Driver, this, top.Object->StackSize, Completed) { Id = id };
        packet.Irp->RequestorMode = 1;
        packet.Irp->OriginalFileObject = _object;
        return packet;
    }

    private NTSTATUS Ask(IrpMajor major)
    {
        var done = new ManualResetEventSlim();
        DeviceEntry top = DeviceTable.TopOf(_device);
        if (top.IsGone) return STATUS_DEVICE_REMOVED;
        var packet = new IoPacket(_device.Instance, _device.Driver, this, top.Object->StackSize, _ => done.Set());
        packet.Irp->OriginalFileObject = _object;
        packet.Buffers.Next(packet.Irp, major);
        Send(packet, top, STATUS_SUCCESS);
        done.Wait();
        return packet.Status;
    }

    private void Send(IoPacket packet, DeviceEntry top, NTSTATUS refused)
    {
        (packet.Irp->CurrentStackLocation - 1)->FileObject = _object;
        IrpTable.Add(packet);
        if (refused == STATUS_SUCCESS) packet.Send(top);
        else packet.End(refused);
    }

    private void Completed(IoPacket packet)
    {
        _completed(packet);
        Interlocked.Add(ref _bytes, -packet.Buffers.Bytes);
        lock (_gate)
        {
            _outstanding.Remove(packet.Id);
            if (_outstanding.Count == 0) Monitor.PulseAll(_gate);
        }
    }

    private void Forget()
    {
        _device.Close();
        _device.Instance.Devices.CountFile(-1);
        NativeMemory.Free(_object);
    }
}
