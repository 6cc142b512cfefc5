using System.Globalization;

namespace Nonpaged.Tidy.Tests;

/// <summary>
/// Counts that may only fall: one number for each file, kept in a list beside the tests. eng/update-tidy writes the lists
/// anew, and the change of a list shows in review.
/// </summary>
internal sealed class Ratchet(string list)
{
    private readonly string _path = Path.Combine(Repository.Kept, list);

    /// <summary>Fails where a file's count is above that of the list; a file that is not listed has 0.</summary>
    public void Check(IEnumerable<(string File, int Count)> counted, string what)
    {
        (string File, int Count)[] found = [.. counted.Where(one => one.Count > 0)];
        if (Repository.Updates)
        {
            File.WriteAllLines(
                _path, found.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Count} {one.File}")));
            return;
        }

        var allowed = File.ReadAllLines(_path)
            .Select(line => line.Split(' ', 2))
            .ToDictionary(parts => parts[1], parts => int.Parse(parts[0], CultureInfo.InvariantCulture), StringComparer.Ordinal);
        IEnumerable<string> worse = found
            .Where(one => one.Count > allowed.GetValueOrDefault(one.File))
            .Select(one => $"{one.File}: {one.Count} {what}, {allowed.GetValueOrDefault(one.File)} allowed");
        Assert.Empty(worse);
    }
}
