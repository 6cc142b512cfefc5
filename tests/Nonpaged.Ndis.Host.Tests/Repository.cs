namespace Nonpaged.Ndis.Host.Tests;

/// <summary>Where the files that tests need are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Headers => Path.Combine(Root, "src/Nonpaged.Ndis.Native/include");

    public static string Sample => Path.Combine(Root, "samples/rtl8139/rtl8139.c");

    public static string FaultyDriver => Path.Combine(Root, "tests/Nonpaged.Ndis.Host.Tests/Drivers/faulty.c");

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Nonpaged.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
