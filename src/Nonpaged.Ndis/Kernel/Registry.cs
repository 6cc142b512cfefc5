namespace Nonpaged.Ndis;

/// <summary>
/// The registry of an instance: what the run's parameters and its drivers put in. It lives as long as the instance. Names are
/// compared without regard to case. Thread-safe.
/// </summary>
internal sealed class Registry
{
    /// <summary>Below it is a key for each driver.</summary>
    public const string Services = @"\Registry\Machine\System\CurrentControlSet\Services";

    private readonly Lock _gate = new();
    private readonly RegistryKey _root = new("", null);

    public Registry()
    {
        Create(null, Services, out _);
        Create(null, @"\Registry\Machine\System\CurrentControlSet\Control", out _);
        Create(null, @"\Registry\Machine\Hardware\DeviceMap", out _);
        Create(null, @"\Registry\Machine\Software\Microsoft\Windows NT\CurrentVersion", out _);
        Create(null, @"\Registry\User\.Default", out _);
    }

    /// <summary>
    /// Puts a driver's parameters below its service's key. A name with backslashes is a path below that key; any other is a
    /// value that both the service's key and its Parameters subkey have.
    /// </summary>
    public void SetService(string service, IReadOnlyDictionary<string, string> values)
    {
        RegistryKey own = Create(null, $@"{Services}\{service}", out _)!;
        RegistryKey parameters = Create(own, "Parameters", out _)!;
        foreach ((string name, string text) in values)
        {
            int slash = name.LastIndexOf('\\');
            var value = RegistryValue.Of(name[(slash + 1)..], text);
            if (slash >= 0 && Create(own, name[..slash].Trim('\\'), out _) is { } below)
            {
                Set(below, value);
                continue;
            }

            Set(own, value);
            Set(parameters, value);
        }
    }

    /// <summary>A key by its path, from another key or from the root; null where there is none.</summary>
    public RegistryKey? Open(RegistryKey? from, string path)
    {
        lock (_gate)
        {
            RegistryKey? key = Start(from, path);
            foreach (string part in Parts(path)) key = key?.Find(part);
            return key;
        }
    }

    /// <summary>The same; a key is made where there is none. Null where the path does not begin at the registry's root.</summary>
    public RegistryKey? Create(RegistryKey? from, string path, out bool isNew)
    {
        isNew = false;
        lock (_gate)
        {
            if (Start(from, path) is not { } key) return null;
            foreach (string part in Parts(path))
            {
                RegistryKey? next = key.Find(part);
                isNew = next is null;
                if (next is null)
                {
                    next = new RegistryKey(part, key);
                    key.Keys.Add(next);
                    key.LastWrite = next.LastWrite;
                }

                key = next;
            }

            return key;
        }
    }

    /// <summary>Deletes a key. False where it has subkeys.</summary>
    public bool Delete(RegistryKey key)
    {
        lock (_gate)
        {
            if (key.Keys.Count > 0 || key.Parent is null) return false;
            key.IsDeleted = true;
            return key.Parent.Keys.Remove(key);
        }
    }

    /// <summary>A value by its name; null where there is none.</summary>
    public RegistryValue? Get(RegistryKey key, string name)
    {
        lock (_gate) return key.IndexOf(name) is >= 0 and int index ? key.Values[index] : null;
    }

    /// <summary>The value of an index; null where there are fewer.</summary>
    public RegistryValue? ValueAt(RegistryKey key, uint index)
    {
        lock (_gate) return index < key.Values.Count ? key.Values[(int)index] : null;
    }

    /// <summary>The subkey of an index; null where there are fewer.</summary>
    public RegistryKey? KeyAt(RegistryKey key, uint index)
    {
        lock (_gate) return index < key.Keys.Count ? key.Keys[(int)index] : null;
    }

    /// <summary>The values at this moment.</summary>
    public RegistryValue[] ValuesOf(RegistryKey key)
    {
        lock (_gate) return [.. key.Values];
    }

    /// <summary>The names of the subkeys at this moment.</summary>
    public string[] KeysOf(RegistryKey key)
    {
        lock (_gate) return [.. key.Keys.Select(one => one.Name)];
    }

    /// <summary>Sets a value, which replaces one of that name.</summary>
    public void Set(RegistryKey key, RegistryValue value)
    {
        lock (_gate)
        {
            int index = key.IndexOf(value.Name);
            if (index >= 0) key.Values[index] = value;
            else key.Values.Add(value);
            key.LastWrite = DateTime.UtcNow.ToFileTimeUtc();
        }
    }

    /// <summary>Deletes a value. False where there is none.</summary>
    public bool DeleteValue(RegistryKey key, string name)
    {
        lock (_gate)
        {
            int index = key.IndexOf(name);
            if (index < 0) return false;
            key.Values.RemoveAt(index);
            key.LastWrite = DateTime.UtcNow.ToFileTimeUtc();
            return true;
        }
    }

    private RegistryKey? Start(RegistryKey? from, string path)
    {
        if (from is not null) return from.IsDeleted || path.StartsWith('\\') ? null : from;
        return path.StartsWith(@"\Registry\", StringComparison.OrdinalIgnoreCase) ? _root : null;
    }

    // The numbered control set is the current one.
    private static IEnumerable<string> Parts(string path) => path.Split('\\', StringSplitOptions.RemoveEmptyEntries)
        .Select(part => part.Equals("ControlSet001", StringComparison.OrdinalIgnoreCase) ? "CurrentControlSet" : part);
}
