using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Comparing;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Reading;
using NodeManager.SchedulerConfigurations.Validation;
using Map = System.Collections.Generic.OrderedDictionary<string, object?>;

namespace NodeManager.SchedulerConfigurations.Editing;

/// <summary>Enables, disables and configures plugins with the smallest edit.</summary>
public sealed class PluginEditor
{
    private const string Enabled = "enabled";
    private const string DisabledList = "disabled";

    private readonly SchedulerDocument _original;
    private readonly PluginCatalog _catalog;
    private readonly SchedulerApi _api;
    private readonly int _minor;
    private readonly List<string> _warnings = [];
    private SchedulerDocument _document;

    private PluginEditor(SchedulerDocument document, int? minor, PluginCatalog? catalog)
    {
        _original = _document = document;
        _api = SchedulerPlugins.ApiOf(document);
        _minor = minor ?? _api.AssumedMinor;
        _catalog = catalog ?? PluginCatalog.Standard;
    }

    /// <summary>Enables a plugin, optionally with weight, position and arguments.</summary>
    public static PluginChangeResult Enable(
        SchedulerDocument document,
        PluginChange change,
        int? minor = null,
        PluginCatalog? catalog = null
    ) =>
        new PluginEditor(document, minor, catalog).Run(
            change,
            static (editor, profile, change) =>
            {
                PluginChangeRules.RequirePoints(change, editor._api, editor._catalog);
                editor.RestoreDefault(profile, change);
                foreach (var point in editor.PointsToEnable(profile, change))
                    editor.EnableAt(profile, point, change);
                editor.EnableWhereDisabled(profile, change);
                editor.KeepOneQueueSort(profile, change.Name);
                editor.SetArguments(profile, change);
            }
        );

    public static PluginChangeResult Disable(
        SchedulerDocument document,
        PluginChange change,
        int? minor = null,
        PluginCatalog? catalog = null
    ) =>
        new PluginEditor(document, minor, catalog).Run(
            change,
            static (editor, profile, change) =>
            {
                foreach (var point in editor.PointsToDisable(profile, change))
                {
                    editor.WarnOfLostWeight(profile, point, change.Name);
                    editor.DisableAt(profile, point, change.Name);
                }

                editor.BringQueueSortBack(profile, change.Name);
            }
        );

    /// <summary>Changes the weight, position and arguments of a plugin, but not whether it runs.</summary>
    public static PluginChangeResult Set(
        SchedulerDocument document,
        PluginChange change,
        int? minor = null,
        PluginCatalog? catalog = null
    ) =>
        new PluginEditor(document, minor, catalog).Run(
            change,
            static (editor, profile, change) =>
            {
                foreach (var point in editor.PointsToSet(profile, change))
                    editor.EnableAt(profile, point, change);
                editor.SetArguments(profile, change);
            }
        );

    private PluginChangeResult Run(PluginChange change, Action<PluginEditor, int, PluginChange> edit)
    {
        _warnings.AddRange(PluginChangeRules.Check(change, _api, _minor, _catalog));
        foreach (var name in change.SchedulerNames.Where(name => _document.Profiles.All(profile => profile.Name != name)))
            throw new NodeManagerException(
                ErrorIds.SchedulerProfileNotFound,
                ErrorKind.ObjectNotFound,
                $"The configuration has no profile '{name}'; its profiles: {string.Join(", ", _document.Profiles.Select(profile => profile.Name))}.",
                name,
                "Specify the schedulerName of one of its profiles."
            );
        foreach (var profile in _original.Profiles)
            if (change.SchedulerNames.Count == 0 || change.SchedulerNames.Contains(profile.Name))
                edit(this, profile.Index, change);
        WarnOfErrors();
        return new PluginChangeResult(
            _document,
            ValueComparison.Compare(YamlValue.Of(_original.Root), YamlValue.Of(_document.Root)),
            _warnings
        );
    }

    private SchedulerProfile Profile(int index) => _document.Profiles[index];

    private EffectiveProfile Reading(int index) => new(Profile(index), _api, _minor, _catalog);

    private void Apply(YamlEdit edit) => _document = YamlEditor.Apply(_document, edit);

    private IEnumerable<string> PointsToEnable(int index, PluginChange change)
    {
        if (change.ExtensionPoints.Count > 0)
            return change.ExtensionPoints;
        // An entry of an extension point overrides multiPoint: the weight has to change there too.
        var own = Reading(index).Points.Where(at => change.Weight is not null && HasOwnWeight(index, at, change.Name)).ToList();
        var points = _catalog.Find(change.Name)?.Points(_minor).Where(Reachable).ToList();
        return (_api.HasMultiPoint && points is not { Count: 1 } ? [ExtensionPoints.MultiPoint] : points!).Union(own);
    }

    private bool HasOwnWeight(int index, string point, string name) =>
        ExtensionPoints.HasWeight(point) && Place(index, point, Enabled, name) >= 0;

    private bool Reachable(string point) => ExtensionPoints.Of(_api, _minor).Contains(point);

    private List<string> PointsToDisable(int index, PluginChange change)
    {
        if (change.ExtensionPoints.Count > 0)
            return [.. change.ExtensionPoints];
        var reading = Reading(index);
        // A plugin of multiPoint is disabled there; the points that name the plugin explicitly follow.
        var points = reading.MultiPoint.Any(plugin => plugin.Name == change.Name) ? new List<string> { ExtensionPoints.MultiPoint } : [];
        points.AddRange(
            reading.Points.Where(point =>
                Place(index, point, Enabled, change.Name) >= 0
                || (!_api.HasMultiPoint && reading.At(point).Any(plugin => plugin.Name == change.Name))
            )
        );
        return points;
    }

    private List<string> PointsToSet(int index, PluginChange change)
    {
        if (change.Weight is null && change.Order is null)
            return [];
        var reading = Reading(index);
        foreach (var point in change.ExtensionPoints)
            if (!(point == ExtensionPoints.MultiPoint ? reading.MultiPoint : reading.At(point)).Any(plugin => plugin.Name == change.Name))
                throw new NodeManagerException(
                    ErrorIds.SchedulerExtensionPointInvalid,
                    ErrorKind.InvalidOperation,
                    $"The plugin {change.Name} does not run at {point} in the profile '{Profile(index).Name}'.",
                    change.Name,
                    "Enable it there first."
                );
        if (change.ExtensionPoints.Count > 0)
            return [.. change.ExtensionPoints];
        var named = reading
            .Points.Append(ExtensionPoints.MultiPoint)
            .Where(point => Place(index, point, Enabled, change.Name) >= 0)
            .ToList();
        if (change.Order is null)
            named.RemoveAll(point => !ExtensionPoints.HasWeight(point) && point != ExtensionPoints.MultiPoint);
        if (named.Count > 0)
            return named;
        return
        [
            .. reading.Points.Where(point =>
                ExtensionPoints.HasWeight(point) && reading.At(point).Any(plugin => plugin.Name == change.Name)
            ),
        ];
    }

    private int Place(int index, string point, string list, string name)
    {
        var plugins = Profile(index).Plugins(point, list);
        for (var place = 0; place < plugins.Count; place++)
            if (plugins[place].Name == name)
                return place;
        return -1;
    }

    private void EnableAt(int index, string point, PluginChange change)
    {
        var weight = ExtensionPoints.HasWeight(point) || point == ExtensionPoints.MultiPoint ? change.Weight : null;
        var isDefault = DefaultPlugins.Of(_api, _minor, point).Any(choice => choice.Name == change.Name);
        // v1beta1 accepts a default in the enabled list only if the disabled one has the same name.
        var keepsDisabled =
            !_api.OverridesDefaults
            && isDefault
            && (weight is not null || change.Order is not null || Place(index, point, Enabled, change.Name) >= 0);
        if (!keepsDisabled)
            Take(index, point, DisabledList, change.Name);
        var place = Place(index, point, Enabled, change.Name);
        if (place < 0 && RunsAlready(index, point, change, weight))
            return;
        if (place < 0)
        {
            if (keepsDisabled && !Reading(index).Disabled(point).Overlaps([change.Name, PluginReference.All]))
                Add(index, point, DisabledList, Item(change.Name, null), null);
            Add(index, point, Enabled, Item(change.Name, weight), change.Order);
            return;
        }

        Rewrite(index, point, Enabled);
        var path = Profile(index).List(point, Enabled);
        if (weight is { } number && Profile(index).Plugins(point, Enabled)[place].Weight != number)
            Apply(new SetValue(path.Item(place).Key("weight"), (long)number));
        var to = Math.Clamp((change.Order ?? place + 1) - 1, 0, Profile(index).Plugins(point, Enabled).Count - 1);
        if (to != place)
            Apply(new MoveItem(path, place, to));
    }

    /// <summary>A default plugin runs again when the entry that disabled it is removed.</summary>
    private void RestoreDefault(int index, PluginChange change)
    {
        if (
            change.ExtensionPoints.Count == 0
            && _api.HasMultiPoint
            && DefaultPlugins.Of(_api, _minor, ExtensionPoints.MultiPoint).Any(choice => choice.Name == change.Name)
        )
            Take(index, ExtensionPoints.MultiPoint, DisabledList, change.Name);
    }

    /// <summary>
    /// A disabled list of an extension point overrides multiPoint: its entries, or its <c>*</c>, would disable the plugin there.
    /// </summary>
    private void EnableWhereDisabled(int index, PluginChange change)
    {
        if (change.ExtensionPoints.Count > 0)
            return;
        foreach (var point in Reading(index).Points.Where(point => _catalog.Find(change.Name)?.Implements(point, _minor) != false))
        {
            // v1beta1 accepts a weight of a default plugin only together with the entry that disables it.
            if (!_api.OverridesDefaults && Place(index, point, Enabled, change.Name) >= 0)
                continue;
            Take(index, point, DisabledList, change.Name);
            // One plugin sorts the queue: another one in this list stays.
            if (
                point != ExtensionPoints.QueueSort
                && Reading(index).Implements(change.Name, point)
                && Reading(index).Disabled(point).Contains(PluginReference.All)
                && Place(index, point, Enabled, change.Name) < 0
            )
                Add(index, point, Enabled, Item(change.Name, ExtensionPoints.HasWeight(point) ? change.Weight : null), change.Order);
        }
    }

    // The entry is removed with its weight, which a later enable cannot restore.
    private void WarnOfLostWeight(int index, string point, string name)
    {
        if (Place(index, point, Enabled, name) is var place and >= 0 && Profile(index).Plugins(point, Enabled)[place].Weight is { } weight)
            _warnings.Add(
                $"The weight {weight} of {name} at {point} in the profile '{Profile(index).Name}' is removed with its entry. To restore it, enable the plugin with -Weight {weight}."
            );
    }

    private void WarnOfErrors()
    {
        // Errors of the change itself are refused elsewhere.
        var options = new ValidationOptions { Minor = _minor, Catalog = _catalog };
        var known = SchedulerConfigurationValidator.Errors(_original, options).Select(error => error.Identity).ToHashSet();
        var errors = SchedulerConfigurationValidator
            .Errors(_document, options)
            .Where(error => known.Contains(error.Identity))
            .Select(error => error.Finding)
            .ToList();
        if (errors.Count > 0)
            _warnings.Add(
                $"kube-scheduler does not start with this configuration: {errors[0].Path}: {errors[0].Message}{(errors.Count > 1 ? $" ({errors.Count - 1} more)" : "")} To list all errors, use Test-SchedulerConfiguration."
            );
    }

    private bool RunsAlready(int index, string point, PluginChange change, int? weight)
    {
        var reading = Reading(index);
        var running = point == ExtensionPoints.MultiPoint ? reading.MultiPoint : reading.At(point);
        return running.FirstOrDefault(plugin => plugin.Name == change.Name) is { } plugin
            && change.Order is null
            && (weight is null || plugin.Weight == weight);
    }

    private void DisableAt(int index, string point, string name)
    {
        Take(index, point, Enabled, name);
        var reading = Reading(index);
        var running = point == ExtensionPoints.MultiPoint ? reading.MultiPoint : reading.At(point);
        if (running.Any(plugin => plugin.Name == name))
            Add(index, point, DisabledList, Item(name, null), null);
    }

    /// <summary>One plugin sorts the queue: the new one replaces the previous one.</summary>
    private void KeepOneQueueSort(int index, string name)
    {
        var running = Reading(index).At(ExtensionPoints.QueueSort);
        if (!running.Any(plugin => plugin.Name == name))
            return;
        foreach (var other in running.Where(plugin => plugin.Name != name))
        {
            DisableAt(index, ExtensionPoints.QueueSort, other.Name);
            _warnings.Add(
                $"The profile '{Profile(index).Name}' now sorts its queue by {name} instead of {other.Name}: a profile has one queueSort plugin."
            );
        }
    }

    /// <summary>When the plugin that sorts the queue is removed, the scheduler's default sorts it again.</summary>
    private void BringQueueSortBack(int index, string name)
    {
        var reading = Reading(index);
        if (
            reading.At(ExtensionPoints.QueueSort).Count > 0
            || !new EffectiveProfile(_original.Profiles[index], _api, _minor, _catalog)
                .At(ExtensionPoints.QueueSort)
                .Any(plugin => plugin.Name == name)
        )
            return;
        foreach (var own in reading.DefaultsAt(ExtensionPoints.QueueSort).Where(own => own != name).ToList())
        {
            Take(index, ExtensionPoints.QueueSort, DisabledList, own);
            if (!Reading(index).At(ExtensionPoints.QueueSort).Any(plugin => plugin.Name == own))
                Add(index, ExtensionPoints.QueueSort, Enabled, Item(own, null), null);
            _warnings.Add($"The profile '{Profile(index).Name}' sorts its queue by {own} again: a profile needs one queueSort plugin.");
        }
    }

    private void Take(int index, string point, string list, string name)
    {
        while (Place(index, point, list, name) is var place and >= 0)
        {
            Rewrite(index, point, list, without: place);
            if (Place(index, point, list, name) == place)
                Apply(new RemoveValue(Profile(index).List(point, list).Item(place)));
        }
    }

    private void Add(int index, string point, string list, Map item, int? order)
    {
        Rewrite(index, point, list);
        var count = Profile(index).Plugins(point, list).Count;
        Apply(new InsertItem(Profile(index).List(point, list), Math.Clamp((order ?? count + 1) - 1, 0, count), item));
    }

    /// <summary>Converts a list of plain names to the form that kube-scheduler accepts.</summary>
    private void Rewrite(int index, string point, string list, int without = -1)
    {
        var plugins = Profile(index).Plugins(point, list);
        if (!plugins.Any(plugin => plugin.IsBare))
            return;
        var path = Profile(index).List(point, list);
        var kept = plugins.Where((_, place) => place != without).Select(object? (plugin) => Item(plugin.Name, plugin.Weight)).ToList();
        Apply(kept.Count == 0 ? new RemoveValue(path) : new SetValue(path, kept));
        _warnings.Add($"{path} contained plugin names without 'name:', which kube-scheduler rejects: the list was rewritten.");
    }

    private static Map Item(string name, long? weight) =>
        weight is { } number ? new Map { ["name"] = name, ["weight"] = number } : new Map { ["name"] = name };

    private void SetArguments(int index, PluginChange change)
    {
        foreach (var (key, value) in change.Arguments)
        {
            var entry = Profile(index).ArgumentsEntry(change.Name);
            var config = Profile(index).Path.Key("pluginConfig");
            if (entry is not { } found)
            {
                if (value is not null)
                    Apply(
                        new InsertItem(
                            config,
                            Count(config),
                            new Map
                            {
                                ["name"] = change.Name,
                                ["args"] = new Map { [key] = value },
                            }
                        )
                    );
                continue;
            }

            var path = config.Item(found.Index).Key("args").Key(key);
            var old = path.Find(_document.Root);
            if (value is null && old is not null)
                Apply(new RemoveValue(path));
            else if (value is not null && (old is null || !YamlValue.Equals(YamlValue.Of(old), value)))
                Apply(new SetValue(path, value));
        }
    }

    private int Count(YamlPath path) => path.Find(_document.Root)?.Items.Count ?? 0;
}
