using System.CommandLine;
namespace Nonpaged.Cli;
internal static class RunCommand { public static Command Create(Screen screen) => new("run", "x"); }
