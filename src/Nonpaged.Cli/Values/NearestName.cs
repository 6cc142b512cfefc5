namespace Nonpaged.Cli;

/// <summary>Finds the name that a misspelt one was meant to be.</summary>
internal static class NearestName
{
    /// <summary>The name that begins with the word, or the one with the fewest slips; null where none is near.</summary>
    /// <param name="word">What was written. Dashes before it do not count.</param>
    /// <param name="names">What exists.</param>
    public static string? Of(string word, IEnumerable<string> names)
    {
        string bare = word.TrimStart('-');
        // One slip in three letters.
        int most = (bare.Length + 1) / 3;
        (string Name, int Slips)[] near =
            [.. names.Select(name => (Name: name, Slips: Slips(bare, name.TrimStart('-')))).Where(one => one.Slips <= most)];
        return near.Length == 0 ? null : near.MinBy(one => one.Slips).Name;
    }

    /// <summary>
    /// How many letters were left out, added, changed, or swapped with the next (the optimal string alignment distance); 0 for
    /// a name's beginning.
    /// </summary>
    private static int Slips(string word, string name)
    {
        if (word.Length > 1 && name.StartsWith(word, StringComparison.Ordinal)) return 0;
        int[,] slips = new int[word.Length + 1, name.Length + 1];
        for (int i = 0; i <= word.Length; i++)
        {
            for (int j = 0; j <= name.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    slips[i, j] = i + j;
                    continue;
                }

                int changed = slips[i - 1, j - 1] + (word[i - 1] == name[j - 1] ? 0 : 1);
                slips[i, j] = int.Min(changed, int.Min(slips[i - 1, j], slips[i, j - 1]) + 1);
                bool isSwapped = i > 1 && j > 1 && word[i - 1] == name[j - 2] && word[i - 2] == name[j - 1];
                if (isSwapped) slips[i, j] = int.Min(slips[i, j], slips[i - 2, j - 2] + 1);
            }
        }

        return slips[word.Length, name.Length];
    }
}
