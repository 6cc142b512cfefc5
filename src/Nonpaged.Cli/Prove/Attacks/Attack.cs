namespace Nonpaged.Cli;

/// <summary>Something that may move memory, or take its contents away.</summary>
internal abstract class Attack(string name)
{
    /// <summary>What the field calls it.</summary>
    public string Name { get; } = name;

    /// <summary>Attacks all of them, and answers for each in the same order. Those that are missing are left alone.</summary>
    public abstract IReadOnlyList<Strike> On(IReadOnlyList<Subject> subjects);
}
