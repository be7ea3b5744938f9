using System.Globalization;
using NodeManager.Core.Machines;
using NodeManager.Providers.Proxmox;

namespace NodeManager.Providers.Tests.Proxmox;

/// <summary>
/// Whatever happens (two controllers, crashes, lost and late answers, stale overviews, ids reused, machines renamed, copied, untagged by
/// administrators): no foreign machine is destroyed, none of ours is left behind, no claim has two.
/// </summary>
public sealed class ProxmoxHistoryTests
{
    private const int Claims = 4,
        Steps = 14;

    /// <summary>NODEMANAGER_HISTORIES sets how many, NODEMANAGER_HISTORY the first one's seed.</summary>
    private static int Histories => int.TryParse(Environment.GetEnvironmentVariable("NODEMANAGER_HISTORIES"), out int count) ? count : 200;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Random_histories_lose_duplicate_and_take_over_no_machine(bool isClone)
    {
        int first = int.TryParse(Environment.GetEnvironmentVariable("NODEMANAGER_HISTORY"), out int given) ? given : 1;
        for (int seed = first; seed < first + Histories; seed++)
        {
            try
            {
                await new History(seed, isClone).RunAsync();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Assert.Fail($"seed {seed}, {(isClone ? "clones" : "creations")}: {e}");
            }
        }
    }

    private sealed class History
    {
        private readonly Random _random;
        private readonly FakeProxmox _server;
        private readonly string _spec;
        private readonly string?[] _stored = new string?[Claims];
        private readonly List<string> _log = [];
        private readonly ProxmoxProvider[] _controllers;
        private bool _isRough = true;

        public History(int seed, bool isClone)
        {
            _random = new(seed);
            _server = new() { TaskPolls = () => _random.Next(1, 4), Faults = Fault };
            // Few ids, so that they are reused.
            _spec = ProxmoxFixture.Sample.Replace("1300", "1262", StringComparison.Ordinal);
            if (isClone)
                _spec = _spec.Replace("\"managedNodeTag\"", "\"template\":{\"vmID\":9000},\"managedNodeTag\"", StringComparison.Ordinal);
            _server.Add(9000, new() { ["name"] = "template", ["template"] = "1" }, isRunning: false);
            _controllers = [ProxmoxFixture.Create(_server, _spec), ProxmoxFixture.Create(_server, _spec)];
        }

        public async Task RunAsync()
        {
            for (int step = 0; step < Steps; step++)
            {
                switch (_random.Next(10))
                {
                    case < 4:
                        await ProvisionAsync(_random.Next(Claims), _random.Next(2));
                        break;
                    case 4:
                        int both = _random.Next(Claims);
                        await Task.WhenAll(ProvisionAsync(both, 0), ProvisionAsync(both, 1));
                        break;
                    case < 7:
                        await DeprovisionAsync(_random.Next(Claims), _random.Next(2));
                        break;
                    case 7:
                        Crash(_random.Next(2));
                        break;
                    default:
                        _server.Administer(Administer);
                        break;
                }

                CheckNothingForeignDestroyed();
            }

            _isRough = false;
            await CollectAsync();
            CheckNothingForeignDestroyed();
            FakeVm[] left = [.. _server.Vms.Values.Where(static vm => !vm.IsForeign)];
            Assert.True(
                left.Length == 0,
                $"left: {string.Join(", ", left.Select(static vm => $"{vm.Id} {vm.Configuration.GetValueOrDefault("description")}"))}\n{string.Join('\n', _log)}"
            );
        }

        private async Task ProvisionAsync(int claim, int controller)
        {
            using var crash = new CancellationTokenSource();
            MachineRequest request = new(Uid(claim), $"m-{claim}", 1, 512);
            try
            {
                MachineResult result = await _controllers[controller].ProvisionAsync(request, crash.Token);
                _log.Add($"provision {claim} by {controller}: {result.Outcome} {result.Machine?.ProviderId} {result.Reason}");
                if (result.Outcome != MachineOutcome.Succeeded)
                    return;
                // A concurrent call may be about to take back what it made; what was given to the claim before must be gone.
                string? before = _stored[claim];
                _stored[claim] = result.Machine!.ProviderId;
                FakeVm[] others = _server.Administer(() =>
                    _server
                        .Vms.Values.Where(vm =>
                            !vm.IsForeign && vm.Claim == Uid(claim) && $"proxmox://garage/vms/{vm.Id}" == before && before != _stored[claim]
                        )
                        .ToArray()
                );
                Assert.True(others.Length == 0, $"claim {claim} has {before} and {_stored[claim]}\n{string.Join('\n', _log)}");
            }
            catch (CrashException)
            {
                _log.Add($"provision {claim} by {controller}: crashed");
            }
        }

        private async Task DeprovisionAsync(int claim, int controller)
        {
            // Sometimes the id was never stored.
            string? id = _random.Next(3) == 0 ? null : _stored[claim];
            try
            {
                MachineResult result = await _controllers[controller].DeprovisionAsync(new(id, $"m-{claim}", Uid(claim)), default);
                _log.Add($"deprovision {claim} ({id}) by {controller}: {result.Outcome} {result.Reason}");
            }
            catch (CrashException)
            {
                _log.Add($"deprovision {claim} by {controller}: crashed");
            }
        }

        private void Crash(int controller)
        {
            _controllers[controller] = ProxmoxFixture.Create(_server, _spec);
            _log.Add($"controller {controller} starts again");
        }

        private bool Administer()
        {
            FakeVm[] guests = [.. _server.Vms.Values.Where(static vm => vm.Id != 9000 && !vm.Configuration.ContainsKey("lock"))];
            if (guests.Length == 0 || _random.Next(3) == 0)
            {
                long id = 1250 + _random.Next(13);
                if (!_server.Vms.ContainsKey(id))
                    _server.Add(id, new() { ["name"] = $"m-{_random.Next(Claims)}", ["tags"] = "kubenodesmith-managed" });
                _log.Add($"administrator adds {id}");
                return true;
            }

            FakeVm vm = guests[_random.Next(guests.Length)];
            switch (_random.Next(5))
            {
                case 0:
                    vm.Set("name", "renamed");
                    vm.IsForeign = true;
                    break;
                case 1:
                    vm.Set("tags", "precious");
                    vm.IsForeign = true;
                    break;
                case 2:
                    _server.Vms.Remove(vm.Id);
                    _server.Add(
                        vm.Id,
                        new()
                        {
                            ["name"] = vm.Configuration.GetValueOrDefault("name", "x"),
                            ["tags"] = "kubenodesmith-managed",
                            ["description"] = "reused",
                        }
                    );
                    break;
                case 3:
                    long copy = 1250 + _random.Next(13);
                    // Brought back under its own id and name it is the machine again, as after a restore from a backup.
                    if (!_server.Vms.ContainsKey(copy))
                        _server.Add(copy, new(vm.Configuration)).IsForeign =
                            MachineMark.Parse(vm.Configuration.GetValueOrDefault("description"))?.Id != $"{copy}";
                    break;
                default:
                    _server.Vms.Remove(vm.Id);
                    break;
            }

            _log.Add(
                $"administrator changes {vm.Id}: {string.Join(", ", vm.Configuration.Where(static one => one.Key is "name" or "tags"))}"
            );
            return true;
        }

        /// <summary>What the garbage collector does: everything that is managed goes, until nothing does.</summary>
        private async Task CollectAsync()
        {
            for (int round = 0; round < 12; round++)
            {
                MachineListResult list = await _controllers[0].ListAsync(default);
                Assert.Equal(MachineOutcome.Succeeded, list.Outcome);
                foreach (Machine machine in list.Machines.Where(static one => one.ClaimUid.Length > 0))
                {
                    MachineResult result = await _controllers[0]
                        .DeprovisionAsync(new(machine.ProviderId, "m-" + machine.ClaimUid[^1], machine.ClaimUid), default);
                    _log.Add($"collect {machine.ProviderId}: {result.Outcome} {result.Reason}");
                }
            }
        }

        private void CheckNothingForeignDestroyed() =>
            Assert.True(
                !_server.Destroyed.Exists(static vm => vm.IsForeign),
                $"destroyed: {string.Join(", ", _server.Destroyed.Where(static vm => vm.IsForeign).Select(static vm => vm.Id))}\n{string.Join('\n', _log)}"
            );

        private ProxmoxFault Fault(HttpMethod method, string path)
        {
            if (!_isRough)
                return ProxmoxFault.None;
            int roll = _random.Next(100);
            if (roll == 0)
                throw new CrashException();
            return roll switch
            {
                < 4 => ProxmoxFault.LostRequest,
                < 7 => ProxmoxFault.LostAnswer,
                < 9 => ProxmoxFault.Late,
                < 11 => ProxmoxFault.Locked,
                < 13 => ProxmoxFault.Gateway,
                < 17 => ProxmoxFault.Stale,
                < 19 => ProxmoxFault.TaskFails,
                _ => ProxmoxFault.None,
            };
        }

        private static string Uid(int claim) => string.Create(CultureInfo.InvariantCulture, $"11111111-aaaa-bbbb-cccc-00000000000{claim}");
    }

    /// <summary>The process ends here.</summary>
    private sealed class CrashException : Exception;
}
