namespace Nonpaged.Guest.Tests;

/// <summary>What ./test --guest has prepared.</summary>
internal static class GuestFiles
{
    public static string Kernel => Find("NONPAGED_GUEST_KERNEL");

    public static string Initramfs => Find("NONPAGED_GUEST_INITRAMFS");

    private static string Find(string variable)
    {
        string? path = Environment.GetEnvironmentVariable(variable);
        Assert.True(File.Exists(path), $"{variable} names no file: these tests are run by ./test --guest, which makes it.");
        return path!;
    }
}
