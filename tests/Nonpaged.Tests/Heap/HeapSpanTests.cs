namespace Nonpaged.Tests.Heap;

public sealed class HeapSpanTests
{
    /// <summary>Of each class, at each place where the quotient changes, over the longest span.</summary>
    [Fact]
    public void The_block_that_an_offset_lies_in_is_the_quotient_for_every_class_and_offset()
    {
        const int longest = SizeClass.MaxLargeLength;
        for (int sizeClass = 1; sizeClass < SizeClass.Count; sizeClass++)
        {
            int size = SizeClass.Size(sizeClass);
            ulong reciprocal = HeapSpan.ReciprocalOf(size);
            int index = 0;
            for (int offset = 0, next = size; offset < longest; offset++)
            {
                if (offset == next)
                {
                    index++;
                    next += size;
                }

                if (HeapSpan.IndexOf((nuint)offset, reciprocal) != index) Assert.Fail($"{offset} in blocks of {size}");
            }
        }
    }
}
