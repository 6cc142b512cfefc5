using Nonpaged.Cli;
using Nonpaged.Ndis.Host;

LifelineWatch.Start();
return await CommandTree.RunAsync(args, Screen.OfProcess(), new SharedDriverLoader());
