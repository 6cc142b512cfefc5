using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>A driver's DRIVER_OBJECT and registry path, in memory that lives until the unload function has returned.</summary>
internal sealed unsafe class DriverObject : IDisposable
{
    private readonly List<nint> _names = [];
    private readonly DRIVER_OBJECT* _object;

    public DriverObject(string service)
    {
        _object = (DRIVER_OBJECT*)NativeMemory.AllocZeroed(
            (nuint)(sizeof(DRIVER_OBJECT) + sizeof(DRIVER_EXTENSION) + sizeof(NDIS_STRING)));
        var extension = (DRIVER_EXTENSION*)(_object + 1);
        RegistryPath = (NDIS_STRING*)(extension + 1);
        _object->Type = DRIVER_OBJECT.TypeOfDriver;
        _object->Size = (short)sizeof(DRIVER_OBJECT);
        _object->DriverExtension = extension;
        _object->DriverName = Name($@"\Driver\{service}");
        extension->DriverObject = _object;
        extension->ServiceKeyName = Name(service);
        *RegistryPath = Name($@"\Registry\Machine\System\CurrentControlSet\Services\{service}");
    }

    public void* Address => _object;

    public NDIS_STRING* RegistryPath { get; }

    /// <summary>The unload function that the driver set in its object; null where it set none.</summary>
    public DRIVER_UNLOAD? Unload
    {
        get
        {
            delegate* unmanaged<void*, void> unload = _object->DriverUnload;
            return unload is null ? null : driver => unload(driver);
        }
    }

    public void Dispose()
    {
        foreach (nint name in _names) NativeMemory.Free((void*)name);
        NativeMemory.Free(_object);
    }

    private NDIS_STRING Name(string text)
    {
        char* characters = (char*)NativeMemory.Alloc((nuint)text.Length, sizeof(char));
        _names.Add((nint)characters);
        text.CopyTo(new Span<char>(characters, text.Length));
        return new NDIS_STRING(characters, text.Length);
    }
}
