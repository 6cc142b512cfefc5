namespace Nonpaged.Cli;
internal static class QemuCheck
{
    public static Check Look() => new("QEMU", CheckStatus.Ok, "x", "x");
}
