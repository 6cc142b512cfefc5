using Nonpaged.Cli;

return await CommandTree.RunAsync(args, Screen.OfProcess());
