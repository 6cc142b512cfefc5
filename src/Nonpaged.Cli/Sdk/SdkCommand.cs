using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged sdk</c>: what a C compiler needs for drivers, and for programs that want NDIS's memory.</summary>
internal static class SdkCommand
{
    public static Command Create(Screen screen)
    {
        var folder = new Argument<string>("DIR")
        { Description = "The folder to write to. Files of the same names are overwritten." };
        var command = new CliCommand(
            "sdk", "Write the C headers, libndis.so and ndis.pc (pkg-config) into a folder.",
            new HelpExample("nonpaged sdk ./sdk", "Write them into a folder, and show how to compile with them")) { folder };
        command.SetAction(parsed => Run(screen, parsed.GetValue(folder)!));
        return command;
    }

    private static int Run(Screen screen, string folder)
    {
        try
        {
            string full = SdkFolder.Write(folder);
            screen.WriteWhole($"{full}: headers, libndis.so, ndis.pc");
            screen.WriteWhole(
                $"a driver   cc -shared -fPIC $(PKG_CONFIG_PATH={full} pkg-config --cflags ndis) driver.c -o driver.so");
            screen.WriteWhole("a driver as it was written for Microsoft's compiler   nonpaged cc -- driver.c -o driver.so");
            screen.WriteWhole($"a program  cc main.c $(PKG_CONFIG_PATH={full} pkg-config --cflags --libs ndis)");
            return ExitCode.Success;
        }
        catch (CommandException exception)
        {
            FailurePrinter.Print(screen, FailureDocument.From(exception.Failure)!);
            return ExitCode.Failure;
        }
    }
}
