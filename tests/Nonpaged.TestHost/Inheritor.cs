using Nonpaged;

/// <summary>A process that its parent passes memory on to.</summary>
internal static class Inheritor
{
    public static int Run()
    {
        using var export = ExportedMemory.Inherited();
        using OpenedMemory memory = export.Open();
        foreach (ref byte one in memory.AsSpan()) one++;
        try
        {
            ExportedMemory.Inherited().Dispose();
            return 1;
        }
        catch (InvalidOperationException exception)
        {
            Console.WriteLine($"{memory.Length} bytes; {exception.Message}");
            return 0;
        }
    }
}
