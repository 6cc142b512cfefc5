namespace Nonpaged.Cli;

/// <summary>How programs come to the devices of a run's drivers: --devices and --exec.</summary>
/// <param name="Path">Of the socket; null for one in a folder of the run's own.</param>
/// <param name="Command">A command line that is run while the drivers are; null for none.</param>
internal sealed record DeviceAccess(string? Path, string? Command);
