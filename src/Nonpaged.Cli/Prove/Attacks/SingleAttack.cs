namespace Nonpaged.Cli;

/// <summary>An attack on one memory at a time.</summary>
internal abstract class SingleAttack(string name) : Attack(name)
{
    public sealed override IReadOnlyList<Strike> On(IReadOnlyList<Subject> subjects) =>
        [.. subjects.Select(subject => subject.Missing is { } why ? Strike.Skipped(why) : On(subject))];

    protected abstract Strike On(Subject subject);
}
