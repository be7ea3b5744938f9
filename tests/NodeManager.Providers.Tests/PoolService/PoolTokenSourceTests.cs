using NodeManager.Providers.PoolService;

namespace NodeManager.Providers.Tests.PoolService;

/// <summary>Tokens that a command prints.</summary>
public sealed class PoolTokenSourceTests
{
    [SkippableTheory]
    [InlineData("echo tok", "tok")]
    [InlineData("""sh -c "printf '%s' 'a b'" """, "a b")]
    public async Task A_command_provides_the_token(string command, string token)
    {
        Skip.If(OperatingSystem.IsWindows());
        var source = new PoolTokenSource(new() { TokenCommand = command }, null, TimeProvider.System);

        Assert.Equal(token, await source.GetAsync(null, default));
    }

    [Fact]
    public async Task A_command_is_not_searched_in_the_current_folder()
    {
        string file = Path.GetFileName(Directory.GetFiles(Environment.CurrentDirectory)[0]);
        var source = new PoolTokenSource(new() { TokenCommand = file }, null, TimeProvider.System);

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => source.GetAsync(null, default));

        Assert.Contains("no folder of PATH has it", error.Message, StringComparison.Ordinal);
    }
}
