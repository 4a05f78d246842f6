import Engine
import Glibc

exit(Worker.run())
