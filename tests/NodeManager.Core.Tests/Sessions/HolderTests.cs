using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;

namespace NodeManager.Core.Tests.Sessions;

public sealed class HolderTests
{
    [Theory]
    [InlineData("alice")]
    [InlineData("system:serviceaccount:platform-engineering-production:node-manager-autoscaler")]
    [InlineData(300)]
    public void Two_holders_of_one_user_differ_however_long_the_name_is(object user)
    {
        string name = user as string ?? new string('u', (int)user);
        using NodeManagerSession session = OfflineSession.Create(1, "holders", user: name);

        HashSet<string> holders = [.. Enumerable.Range(0, 50).Select(_ => session.NewHolder())];

        Assert.Equal(50, holders.Count);
        Assert.All(holders, holder => Assert.InRange(holder.Length, 1, 200));
        Assert.All(holders, holder => Assert.StartsWith(name[..Math.Min(name.Length, 100)], holder, StringComparison.Ordinal));
        Assert.All(holders, holder => Assert.Matches($"/{Environment.ProcessId}-[0-9a-f]{{8}}$", holder));
    }
}
