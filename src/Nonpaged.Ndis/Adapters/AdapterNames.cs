namespace Nonpaged.Ndis;

/// <summary>Names of adapters. Windows has them as devices: a driver may put \Device\ before a name or leave it out.</summary>
internal static class AdapterNames
{
    private const string Folder = @"\Device\";

    /// <summary>The name as a device's.</summary>
    public static string Device(string name) => IsDevice(name) ? name : Folder + name;

    public static bool AreSame(string one, string other) =>
        Device(one).Equals(Device(other), StringComparison.OrdinalIgnoreCase);

    private static bool IsDevice(string name) => name.StartsWith(Folder, StringComparison.OrdinalIgnoreCase);
}
