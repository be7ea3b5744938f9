using System.Globalization;

namespace NodeManager.Bench.Inside;

/// <summary>The parts of this program that run in a process of their own.</summary>
internal static class Part
{
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case ["planning", string pods, string nodes, .. string[] more]:
                Planning.Run(Number(pods), Number(nodes), more is ["rich"]);
                return 0;
            case ["consolidation", string pods, string nodes]:
                Consolidation.Run(Number(pods), Number(nodes));
                return 0;
            case ["footprint", string who, string kubeconfig]:
                await Footprint.RunAsync(who, kubeconfig);
                return 0;
            case ["scheduling", string nodes, string pods]:
                await Scheduling.RunAsync(Number(nodes), Number(pods));
                return 0;
            default:
                await Console.Error.WriteLineAsync("There is no part '" + string.Join(' ', arguments) + "'.");
                return 2;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
