namespace Nonpaged.Xdp;

/// <summary>A filter as a tree of conditions. Its text is what <c>nonpaged xdp INTERFACE --serve PATH --filter</c>
/// takes.</summary>
internal abstract record FilterNode
{
    /// <summary>The fields that are looked at.</summary>
    public abstract IEnumerable<FilterField> Fields { get; }

    /// <summary>Each frame.</summary>
    public sealed record Every : FilterNode
    {
        public override IEnumerable<FilterField> Fields => [];

        public override string ToString() => "all";
    }

    /// <summary>A field whose value is in a range.</summary>
    public sealed record Within(FilterField Field, int First, int Last) : FilterNode
    {
        public override IEnumerable<FilterField> Fields => [Field];

        public override string ToString() => Field switch
        {
            FilterField.EtherType => $"ethertype 0x{First:x4}",
            FilterField.Vlan => $"vlan {First}",
            FilterField.Protocol => $"protocol {First}",
            FilterField.SourcePort => $"source {Ports}",
            _ => Ports,
        };

        private string Ports => First == Last ? $"port {First}" : $"ports {First}-{Last}";
    }

    /// <summary>Both of two.</summary>
    public sealed record Both(FilterNode Left, FilterNode Right) : FilterNode
    {
        public override IEnumerable<FilterField> Fields => Left.Fields.Concat(Right.Fields);

        public override string ToString() => $"({Left} and {Right})";
    }

    /// <summary>At least one of two.</summary>
    public sealed record Either(FilterNode Left, FilterNode Right) : FilterNode
    {
        public override IEnumerable<FilterField> Fields => Left.Fields.Concat(Right.Fields);

        public override string ToString() => $"({Left} or {Right})";
    }

    /// <summary>The opposite.</summary>
    public sealed record Not(FilterNode Inner) : FilterNode
    {
        public override IEnumerable<FilterField> Fields => Inner.Fields;

        public override string ToString() => $"not {Inner}";
    }
}
