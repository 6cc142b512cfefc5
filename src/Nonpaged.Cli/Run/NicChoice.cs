using Nonpaged.Drivers;

namespace Nonpaged.Cli;

/// <summary>The option --nic: a card by QEMU's name for it, with properties of QEMU's, or none.</summary>
internal static class NicChoice
{
    /// <summary>Stands for no card at all.</summary>
    public const string None = "none";

    /// <summary>Cards of QEMU's that drivers here are for, and none.</summary>
    public static string[] Names { get; } = [.. NetworkDrivers.All.Select(driver => driver.Name), None];

    private const string Example = "--nic e1000,mac=52:54:00:12:34:57";

    /// <exception cref="CommandException">It is not MODEL or MODEL,PROPERTY=VALUE.</exception>
    public static RunRequest Read(string? text, RunRequest request)
    {
        if (text is null) return request;
        // As in QEMU's own options, two commas stand for one.
        string[] parts = [.. text.Replace(",,", "\0", StringComparison.Ordinal).Split(',')
            .Select(part => part.Replace('\0', ','))];
        List<KeyValuePair<string, string>> properties = [];
        foreach (string part in parts[1..])
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                throw new CommandException($"'{part}' in --nic {text} is not PROPERTY=VALUE.",
                    "a model, and properties after commas", $"write, say, {Example}");
            properties.Add(new KeyValuePair<string, string>(part[..equals], part[(equals + 1)..]));
        }

        if (parts[0] == None && properties.Count > 0)
            throw new CommandException($"--nic {text} gives properties to no card.", "--nic none, which has none",
                "--nic none");
        return request with { Nic = parts[0], NicProperties = properties };
    }

    /// <exception cref="CommandException">The rest of the request needs a card.</exception>
    public static RunRequest Check(RunRequest request)
    {
        if (!request.IsVirtual) return request;
        if (request.DriverFile is null)
            throw new CommandException("--nic none is for a C driver that drives no card, and there is none.",
                "the drivers in C#, which drive cards", "nonpaged run ./virtual.so --nic none");
        string? other = request.Peer ? "--peer" : request.Pcap is not null ? "--pcap" : null;
        return other is null ? request : throw new CommandException(
            $"{other} is for network cards, and there is none.", "--nic none",
            $"nonpaged run {request.DriverFile} --nic none");
    }
}
