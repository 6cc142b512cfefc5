using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>The devices and symbolic links of an instance. Thread-safe.</summary>
internal sealed unsafe class DeviceTable(NdisInstance instance)
{
    private const int MostHops = 8;

    // A driver names a device by its address alone, on any thread.
    private static readonly ConcurrentDictionary<nint, DeviceEntry> s_entries = new();
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly List<IDisposable> _doors = [];
    private int _files;
    private readonly Dictionary<string, DeviceEntry> _devices = new(DeviceName.Comparer);
    private readonly Dictionary<string, SymbolicLink> _links = new(DeviceName.Comparer);

    /// <summary>The device of an object; null where it is none, or was deleted.</summary>
    public static DeviceEntry? Find(DEVICE_OBJECT* device) => s_entries.GetValueOrDefault((nint)device);

    /// <summary>The device that gets a device's requests first: the last that was attached.</summary>
    public static DeviceEntry TopOf(DeviceEntry device)
    {
        DEVICE_OBJECT* top = device.Object;
        while (top->AttachedDevice is not null) top = top->AttachedDevice;
        return Find(top) ?? device;
    }

    /// <summary>Memory for the IRPs of programs whose driver is verified; null where it is not.</summary>
    public FencedMemory? Irps { get; } = instance.Options.Verification is null ? null : new FencedMemory(instance, "IRP");

    /// <summary>The devices that programs can open, by their names in order.</summary>
    public IReadOnlyList<DeviceEntry> Named
    {
        get
        {
            lock (_gate) return [.. _devices.OrderBy(one => one.Key, DeviceName.Comparer).Select(one => one.Value)];
        }
    }

    /// <summary>Something through which programs come; it is closed before the instance ends.</summary>
    public void AddDoor(IDisposable door)
    {
        lock (_gate) _doors.Add(door);
    }

    public void RemoveDoor(IDisposable door)
    {
        lock (_gate) _doors.Remove(door);
    }

    public void CloseDoors()
    {
        IDisposable[] doors;
        lock (_gate) doors = [.. _doors];
        foreach (IDisposable door in doors) door.Dispose();
    }

    public void CountFile(int change) => Interlocked.Add(ref _files, change);

    /// <summary>
    /// Waits for programs whose drivers are gone to close what they had open: the memory of devices is needed until then.
    /// </summary>
    public void AwaitFiles() => SpinWait.SpinUntil(() => Volatile.Read(ref _files) == 0, s_patience);

    /// <summary>Makes a device. Its name must be free.</summary>
    public NTSTATUS Add(DeviceRequest request, out DeviceEntry? entry)
    {
        entry = null;
        string? name = request.Name is null ? null : DeviceName.Normalize(request.Name);
        if (request.Name is not null && name is null) return STATUS_OBJECT_NAME_INVALID;
        var length = new MemoryRequest((nuint)sizeof(DEVICE_OBJECT) + request.ExtensionLength);
        if (!instance.Pool.TryAllocate(length, out MemoryBlock? memory, out AllocationFailure? failure))
        {
            instance.Tell(NdisMessage.Of(request.Driver, request.Call, failure));
            return STATUS_INSUFFICIENT_RESOURCES;
        }

        Fill((DEVICE_OBJECT*)memory.Address, request);
        var made = new DeviceEntry(instance, request.Driver, request.Call, name, request.Functions, memory)
        {
            Link = request.Link,
        };
        lock (_gate)
        {
            if (name is not null && (_links.ContainsKey(name) || !_devices.TryAdd(name, made)))
            {
                memory.Dispose();
                return STATUS_OBJECT_NAME_COLLISION;
            }

            s_entries[(nint)made.Object] = made;
            DRIVER_OBJECT* driver = request.DriverObject;
            made.Object->NextDevice = (DEVICE_OBJECT*)driver->DeviceObject;
            driver->DeviceObject = made.Object;
        }

        entry = made;
        return STATUS_SUCCESS;
    }

    /// <summary>Deletes a device. A program that has it open gets no more of it.</summary>
    public void Remove(DeviceEntry entry)
    {
        if (!entry.Retire()) return;
        lock (_gate)
        {
            if (entry.Name is not null) _devices.Remove(entry.Name);
            s_entries.TryRemove((nint)entry.Object, out _);
            Unchain(entry.Object);
        }

        // Where a program still has it open, or a thread is in its driver, the object stays.
        if (entry.Files == 0 && entry.AwaitCalls(TimeSpan.Zero)) entry.Free();
    }

    public NTSTATUS AddLink(string link, string target, Driver driver, string call)
    {
        if (DeviceName.Normalize(link) is not { } name || DeviceName.Normalize(target) is not { } aim)
            return STATUS_OBJECT_NAME_INVALID;
        lock (_gate)
        {
            if (_devices.ContainsKey(name)) return STATUS_OBJECT_NAME_COLLISION;
            var made = new SymbolicLink(name, aim, driver, call, NdisInstance.CallSite?.Invoke());
            return _links.TryAdd(name, made) ? STATUS_SUCCESS : STATUS_OBJECT_NAME_COLLISION;
        }
    }

    public NTSTATUS RemoveLink(string link)
    {
        lock (_gate)
            return DeviceName.Normalize(link) is { } name && _links.Remove(name) ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
    }

    /// <summary>
    /// The device of a name or of a link to it, and what of the name follows the device's; null where there is none.
    /// </summary>
    public DeviceEntry? Resolve(string name, out string rest)
    {
        rest = "";
        lock (_gate)
        {
            string? current = DeviceName.Normalize(name);
            for (int hop = 0; current is not null && hop < MostHops; hop++)
            {
                string? next = null;
                foreach ((string part, string left) in DeviceName.Prefixes(current))
                {
                    if (_devices.TryGetValue(part, out DeviceEntry? device))
                    {
                        rest = left;
                        return device;
                    }

                    if (!_links.TryGetValue(part, out SymbolicLink? link)) continue;
                    next = link.Target + left;
                    break;
                }

                current = next;
            }
        }

        return null;
    }

    /// <summary>DriverEntry has returned: its devices can be opened.</summary>
    public static void EndInitialization(Driver driver)
    {
        foreach (DeviceEntry entry in s_entries.Values.Where(one => ReferenceEquals(one.Driver, driver)))
            entry.Object->Flags &= ~DEVICE_OBJECT.DO_DEVICE_INITIALIZING;
    }

    /// <summary>Reports and takes back what a driver left when it was unloaded. Its driver object must still be there.</summary>
    public void GiveBack(Driver driver, string who)
    {
        SymbolicLink[] links;
        lock (_gate) links = [.. _links.Values.Where(link => ReferenceEquals(link.Driver, driver))];
        foreach (SymbolicLink link in links)
        {
            RemoveLink(link.Name);
            Leak(driver, link.Call, $"{who} left the symbolic link {link.Name} to {link.Target}.", link.Site);
        }

        foreach (DeviceEntry entry in s_entries.Values
            .Where(one => ReferenceEquals(one.Driver, driver) && ReferenceEquals(one.Instance, instance)).ToArray())
        {
            Leak(driver, entry.Call, $"{who} left {entry}.", entry.Site);
            if (!entry.Handle.IsNull) instance.Handles.Remove(entry.Handle);
            Remove(entry);
            if (!entry.AwaitCalls(s_patience))
                instance.Report(NdisReportKind.BrokenRule, entry.Call, driver, $"A function of the driver runs for {entry}.");
        }

        foreach (IoPacket packet in IrpTable.Of(instance, driver).ToArray())
        {
            string what = packet.File is null ? "an IRP that it allocated" : $"{packet.Kind}, which it did not complete";
            string call = packet.File is null ? nameof(IoLibrary.IoAllocateIrp) : packet.Kind;
            Leak(driver, call, $"{who} left {what}.", packet.Site);
            if (packet.File is null) packet.Free();
            else packet.End(STATUS_CANCELLED);
        }
    }

    private void Leak(Driver driver, string call, string what, string? site) =>
        instance.Report(new NdisLeak(driver.Name, call, what) { Site = site });

    private static void Fill(DEVICE_OBJECT* device, DeviceRequest request)
    {
        NativeMemory.Clear(device, (nuint)sizeof(DEVICE_OBJECT) + request.ExtensionLength);
        device->Type = DEVICE_OBJECT.IO_TYPE_DEVICE;
        device->Size = (ushort)Math.Min(ushort.MaxValue, sizeof(DEVICE_OBJECT) + request.ExtensionLength);
        device->DriverObject = request.DriverObject;
        device->Flags = request.Flags | (request.Name is null ? 0 : DEVICE_OBJECT.DO_DEVICE_HAS_NAME);
        device->Characteristics = request.Characteristics;
        device->DeviceType = request.Type;
        device->DeviceExtension = request.ExtensionLength == 0 ? null : device + 1;
        device->StackSize = 1;
    }

    private static void Unchain(DEVICE_OBJECT* device)
    {
        var link = (DEVICE_OBJECT**)&device->DriverObject->DeviceObject;
        while (*link is not null && *link != device) link = &(*link)->NextDevice;
        if (*link == device) *link = device->NextDevice;
    }
}
