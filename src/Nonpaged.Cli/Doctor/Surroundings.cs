namespace Nonpaged.Cli;

/// <summary>All that doctor looks at: the system's files, what can be tried, the environment, and the user.</summary>
/// <param name="files">The system's files.</param>
/// <param name="probe">What can be tried.</param>
/// <param name="environment">A variable's value, or null.</param>
/// <param name="isRoot">The user is root, who needs no sudo.</param>
internal sealed class Surroundings(SystemFiles files, IProbe probe, Func<string, string?> environment, bool isRoot)
{
    private PinLimits? _pins;

    public SystemFiles Files { get; } = files;

    public IProbe Probe { get; } = probe;

    public ProcessStatus Process { get; } = new(files);

    public Shell Shell { get; } = new(isRoot);

    /// <summary>The container that the program runs in, and how more is given to it.</summary>
    public Container Container { get; } = new(ContainerSearch.Find(files, environment), isRoot);

    /// <summary>The ways of pinning, tried when they are first asked for.</summary>
    public PinLimits Pins => _pins ??= new PinLimits(this);

    /// <summary>A variable's value, or null.</summary>
    public string? Variable(string name) => environment(name);

    public static Surroundings OfThisProcess() =>
        new(new SystemFiles(""), new SystemProbe(), Environment.GetEnvironmentVariable, Environment.IsPrivilegedProcess);
}
