using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Tests.Devices;

/// <summary>An instance with a driver in C# whose one device, \Device\Test, has a link and a socket.</summary>
internal sealed unsafe class DeviceBench : IDisposable
{
    public const string Name = @"\Device\Test";

    /// <summary>A read from here waits until it is cancelled.</summary>
    public const long Forever = -1;

    /// <summary>A read from here raises the IRQL.</summary>
    public const long Raising = -2;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-device-bench-");
    private readonly DriverObject _object = new("test");
    private readonly Driver _driver = new("test", DriverKind.Miniport);
    private readonly NonpagedPool _pool = NonpagedPool.Create(new NonpagedPoolOptions { Verify = true });

    public DeviceBench()
    {
        Ndis = new NdisInstance(_pool);
        var driver = (DRIVER_OBJECT*)_object.Address;
        delegate* unmanaged<DEVICE_OBJECT*, IRP*, NTSTATUS> dispatch = &Dispatch;
        for (int major = 0; major <= DRIVER_OBJECT.LastMajorFunction; major++) driver->MajorFunction[major] = (ulong)dispatch;
        Run(() =>
        {
            fixed (char* name = Name, link = @"\DosDevices\Test")
            {
                var text = new NDIS_STRING(name, Name.Length);
                var alias = new NDIS_STRING(link, @"\DosDevices\Test".Length);
                Assert.Equal(
                    NTSTATUS.STATUS_SUCCESS,
                    IoLibrary.IoCreateDevice(driver, 16, &text, 0x22, 0, false, out DEVICE_OBJECT* device));
                Assert.Equal(
                    NTSTATUS.STATUS_OBJECT_NAME_COLLISION,
                    IoLibrary.IoCreateDevice(driver, 16, &text, 0x22, 0, false, out _));
                Assert.Equal(NTSTATUS.STATUS_SUCCESS, IoLibrary.IoCreateSymbolicLink(&alias, &text));
                device->Flags |= DEVICE_OBJECT.DO_BUFFERED_IO;
                Device = device;
            }
        });
        DeviceTable.EndInitialization(_driver);
        Socket = Path.Combine(_folder.FullName, "socket");
        Door = DeviceSocket.Listen(Ndis, Socket);
    }

    public NdisInstance Ndis { get; }

    public DEVICE_OBJECT* Device { get; private set; }

    public string Socket { get; }

    public DeviceSocket Door { get; }

    /// <summary>How many programs have the device open.</summary>
    public int Open => DeviceTable.Find(Device)!.Files;

    public DriverDevice OpenDevice(string name = Name) => DriverDevice.Open(Socket, name);

    public void Run(Action code) => Ndis.Run(_driver, code);

    public void DeleteDevice() => Run(() => IoLibrary.IoDeleteDevice(Device));

    /// <summary>What an unload does.</summary>
    public void Unload() => Ndis.Devices.GiveBack(_driver, "The test");

    public int InFlight => IrpTable.Of(Ndis, _driver).Count();

    public void Dispose()
    {
        Door.Dispose();
        Unload();
        Ndis.Dispose();
        _object.Dispose();
        _pool.Dispose();
        _folder.Delete(recursive: true);
    }

    [UnmanagedCallersOnly]
    private static NTSTATUS Dispatch(DEVICE_OBJECT* device, IRP* irp)
    {
        IO_STACK_LOCATION* location = irp->CurrentStackLocation;
        switch ((IrpMajor)location->MajorFunction)
        {
            case IrpMajor.Read when location->ByteOffset == Forever:
                location->Control |= IO_STACK_LOCATION.SL_PENDING_RETURNED;
                irp->CancelRoutine = &Cancel;
                Thread.MemoryBarrier();
                if (irp->Cancel != 0 && IRP.TakeCancelRoutine(irp) is not null)
                    Complete(irp, NTSTATUS.STATUS_CANCELLED, 0);
                return NTSTATUS.STATUS_PENDING;
            case IrpMajor.Read when location->ByteOffset == Raising:
                NdisLibrary.KeRaiseIrql(Irql.DISPATCH_LEVEL, out _);
                return Complete(irp, NTSTATUS.STATUS_SUCCESS, 0);
            case IrpMajor.Read:
                new Span<byte>(irp->SystemBuffer, (int)location->Length).Fill((byte)location->ByteOffset);
                return Complete(irp, NTSTATUS.STATUS_SUCCESS, location->Length);
            case IrpMajor.Write:
                return Complete(irp, NTSTATUS.STATUS_SUCCESS, location->Length);
            case IrpMajor.DeviceControl:
                return Complete(
                    irp, NTSTATUS.STATUS_SUCCESS, Math.Min(location->InputBufferLength, location->OutputBufferLength));
            default:
                return Complete(irp, NTSTATUS.STATUS_SUCCESS, 0);
        }
    }

    [UnmanagedCallersOnly]
    private static void Cancel(DEVICE_OBJECT* device, IRP* irp)
    {
        IoLibrary.IoReleaseCancelSpinLock((Irql)irp->CancelIrql);
        Complete(irp, NTSTATUS.STATUS_CANCELLED, 0);
    }

    private static NTSTATUS Complete(IRP* irp, NTSTATUS status, uint information)
    {
        irp->IoStatus = new IO_STATUS_BLOCK { Status = status, Information = information };
        IoLibrary.IoCompleteRequest(irp);
        return status;
    }
}
