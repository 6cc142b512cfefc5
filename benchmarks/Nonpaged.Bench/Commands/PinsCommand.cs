using System.CommandLine;

namespace Nonpaged.Bench;

/// <summary><c>bench pins</c>: what each kind of pin costs.</summary>
internal static class PinsCommand
{
    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "How often each is measured.", DefaultValueFactory = _ => 11 };
        var command = new Command("pins", "Measures pinning 1 GiB by io_uring and by references in pipes.") { rounds };
        command.SetAction(parsed => PinsBench.Run(parsed.GetValue(rounds), Console.Out));
        return command;
    }
}
