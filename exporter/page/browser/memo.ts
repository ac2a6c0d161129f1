import { Component, type ComponentChild, type FunctionComponent, h } from 'preact';

/** A component that is drawn again only when one of its properties is another one. */
export function memo<P extends object>(Inner: FunctionComponent<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      return !sameProperties(this.props, next);
    }
    override render(props: P): ComponentChild {
      return h(Inner, props);
    }
  }
  return (props) => h(Memo, props);
}

function sameProperties<P extends object>(a: P, b: P): boolean {
  const [before, after] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))];
  return before.length === after.size && before.every(([name, value]) => after.get(name) === value);
}
