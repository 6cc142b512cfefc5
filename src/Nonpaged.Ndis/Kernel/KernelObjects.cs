using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// The objects whose references are counted, by their addresses and names, and the handles that stand for them. Thread-safe.
/// </summary>
internal sealed unsafe class KernelObjects(HandleTable handles)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<nint, KernelObject> _objects = [];
    private readonly Dictionary<string, KernelObject> _named = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Keeps an object, which has one reference: its maker's.</summary>
    public void Add(KernelObject one)
    {
        lock (_gate)
        {
            _objects[one.Address] = one;
            if (one.Name is { } name) _named[name] = one;
        }
    }

    /// <summary>A further reference by the object's address. False where no object is there.</summary>
    public bool Reference(nint address)
    {
        lock (_gate)
        {
            if (!_objects.TryGetValue(address, out KernelObject? one)) return false;
            one.References++;
            return true;
        }
    }

    /// <summary>Ends a reference by the object's address. False where no object is there.</summary>
    public bool Dereference(nint address)
    {
        KernelObject? one;
        lock (_gate)
        {
            if (!_objects.TryGetValue(address, out one)) return false;
        }

        Dereference(one);
        return true;
    }

    /// <summary>Ends a reference.</summary>
    public void Dereference(KernelObject one)
    {
        lock (_gate)
        {
            if (--one.References > 0) return;
            _objects.Remove(one.Address);
            if (one.Name is { } name) _named.Remove(name);
        }

        one.Gone();
    }

    /// <summary>A handle of an object, which it has a reference to.</summary>
    public NDIS_HANDLE Open(KernelObject one, Driver owner, string call)
    {
        lock (_gate) one.References++;
        return Add(new ObjectHandle(this, one, owner, call));
    }

    /// <summary>A handle in the table.</summary>
    public NDIS_HANDLE Add(KernelHandle handle) => handle.Handle = handles.Add(handle);

    /// <summary>
    /// An event by its name, which is made, signalled, where there is none; null where the name is another object's.
    /// </summary>
    public KEVENT* OpenEvent(string? name, byte type, Driver owner, string call, out NDIS_HANDLE handle)
    {
        lock (_gate)
        {
            if (name is null || !_named.TryGetValue(name, out KernelObject? one)) one = MakeEvent(name, type);
            else if (one.Type == type) one.References++;
            else one = null;
            handle = one is null ? default : Add(new ObjectHandle(this, one, owner, call));
            return one is null ? null : (KEVENT*)one.Address;
        }
    }

    private KernelObject MakeEvent(string? name, byte type)
    {
        var made = (KEVENT*)NativeMemory.AllocZeroed((nuint)sizeof(KEVENT));
        made->Header.Type = type;
        made->Header.Size = (byte)(sizeof(KEVENT) / sizeof(int));
        made->Header.SignalState = 1;
        nint address = (nint)made;
        var one = new KernelObject(address, type, "an event", () => NativeMemory.Free((void*)address)) { Name = name };
        Add(one);
        return one;
    }
}
