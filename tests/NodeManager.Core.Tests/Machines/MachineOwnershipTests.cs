using NodeManager.Core.Machines;

namespace NodeManager.Core.Tests.Machines;

public sealed class MachineOwnershipTests
{
    private static readonly MachineIdentity Wanted = new("proxmox://c/vms/101", "pool-1", "uid-1");

    [Theory]
    [InlineData("101", "pool-1", true, "uid-1", "101", "pool-1", null)]
    [InlineData("101", "pool-1", true, null, null, null, "carries no claim")]
    [InlineData("101", "pool-1", true, "uid-2", "101", "pool-1", "belongs to claim uid-2")]
    [InlineData("102", "pool-1", true, "uid-1", "101", "pool-1", "copy of machine 101")]
    [InlineData("102", "pool-1", true, "uid-1", "102", "pool-1", "id is 102")]
    [InlineData("101", "renamed", true, "uid-1", "101", "pool-1", "name is 'renamed'")]
    [InlineData("101", "pool-1", true, "uid-1", "101", "other", "name is")]
    [InlineData("101", "pool-1", false, "uid-1", "101", "pool-1", "tag")]
    public void A_machine_belongs_to_a_claim_only_if_all_marks_match(
        string id,
        string name,
        bool hasTag,
        string? claim,
        string? markedId,
        string? markedName,
        string? expected
    )
    {
        MachineMark? mark = claim is null ? null : new("us", claim, markedId!, markedName!, true);
        string? reason = MachineOwnership.Check(Wanted, "101", "us", new(id, name, hasTag, mark));
        if (expected is null)
            Assert.Null(reason);
        else
            Assert.Contains(expected, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_of_another_cluster_is_foreign() =>
        Assert.Contains(
            "another cluster",
            MachineOwnership.Check(Wanted, "101", "us", new("101", "pool-1", true, new("them", "uid-1", "101", "pool-1", true))),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_claim_without_a_UID_owns_no_machine() =>
        Assert.NotNull(
            MachineOwnership.Check(
                Wanted with
                {
                    ClaimUid = "",
                },
                "101",
                "us",
                new("101", "pool-1", true, new("us", "", "101", "pool-1", true))
            )
        );

    [Fact]
    public void A_mark_is_recognized_within_edited_text()
    {
        var mark = new MachineMark("us", "uid-1", "101", "pool-1", true);
        Assert.Equal(mark, MachineMark.Parse($"notes of an administrator\r\n{mark.Format()}\r\nmore\n"));
        Assert.Equal(mark with { IsComplete = false }, MachineMark.Parse((mark with { IsComplete = false }).Format()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nodesmith: owner=us claim=a id=1")]
    [InlineData("nodesmith: owner=us claim=a id=1 name=")]
    [InlineData("nodesmith: owner=us claim=a claim=b id=1 name=n")]
    [InlineData("nodesmith: owner=us claim=a id=1 name=n\nnodesmith: owner=us claim=b id=1 name=n")]
    public void An_ambiguous_mark_is_ignored(string? description) => Assert.Null(MachineMark.Parse(description));
}
