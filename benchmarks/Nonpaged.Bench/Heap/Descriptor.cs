namespace Nonpaged.Bench;

/// <summary>
/// What network cards have in some form: where the buffer is, how long, and whose: two words, for a C compiler writes the two
/// halves of the second together.
/// </summary>
internal readonly record struct Descriptor<TBlock>(TBlock Block, ulong LengthAndFlags)
{
    public Descriptor(TBlock block, uint length, uint flags)
        : this(block, length | ((ulong)flags << 32))
    {
    }
}
