namespace Nonpaged.Ndis;

/// <summary>A key of the registry, its values and subkeys in the order in which they were made. The registry guards it.</summary>
internal sealed class RegistryKey(string name, RegistryKey? parent)
{
    public string Name { get; } = name;

    public RegistryKey? Parent { get; } = parent;

    /// <summary>Its path, as \Registry\Machine\System.</summary>
    public string Path => Parent is null ? "" : $@"{Parent.Path}\{Name}";

    public List<RegistryKey> Keys { get; } = [];

    public List<RegistryValue> Values { get; } = [];

    /// <summary>When a value or subkey changed, in 100 ns since 1601.</summary>
    public long LastWrite { get; set; } = DateTime.UtcNow.ToFileTimeUtc();

    /// <summary>It was deleted: open handles of it are good for nothing but to be closed.</summary>
    public bool IsDeleted { get; set; }

    public RegistryKey? Find(string name) =>
        Keys.Find(key => string.Equals(key.Name, name, StringComparison.OrdinalIgnoreCase));

    public int IndexOf(string name) =>
        Values.FindIndex(value => string.Equals(value.Name, name, StringComparison.OrdinalIgnoreCase));
}
