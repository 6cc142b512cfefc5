namespace DirectReads;

/// <summary>One way to read blocks at random places, up to <see cref="Depth"/> at a time.</summary>
internal abstract class Way(string name)
{
    /// <summary>How many reads are under way at once.</summary>
    public const int Depth = 32;

    /// <summary>What the table calls it.</summary>
    public string Name => name;

    /// <summary>Reads for some time. What comes before and after the reads is not measured.</summary>
    /// <param name="file">Where blocks come from.</param>
    /// <param name="length">Of a block, in bytes.</param>
    /// <param name="seed">The same one gives the same places.</param>
    /// <param name="time">How long to start reads.</param>
    public abstract Sample Measure(TestFile file, int length, int seed, TimeSpan time);
}
