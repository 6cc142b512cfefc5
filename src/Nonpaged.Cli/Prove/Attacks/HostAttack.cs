namespace Nonpaged.Cli;

/// <summary>An attack on the host's memory as a whole.</summary>
internal abstract class HostAttack(string name) : Attack(name)
{
    public sealed override IReadOnlyList<Strike> On(IReadOnlyList<Subject> subjects)
    {
        Strike strike = OnHost();
        return [.. subjects.Select(subject => subject.Missing is { } why ? Strike.Skipped(why) : strike)];
    }

    protected abstract Strike OnHost();
}
